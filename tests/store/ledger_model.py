"""The ledger as a plain-Python model: what the scripts must do, without Redis, leases by flag and time by word."""

from __future__ import annotations

from dataclasses import dataclass, field

from distributor.core.delivery import RANKS, STATES, State, code, merge
from distributor.ports_dispatch import Verdict


@dataclass(slots=True)
class HeldClaim:
    """A batch in somebody's hands."""

    token: str
    phase: str = "c"
    has_ended: bool = False


@dataclass(slots=True)
class LedgerModel:
    """One e-mail channel of one dispatch."""

    sizes: dict[int, int]
    letters: list[str]
    open: set[int]
    claims: dict[int, HeldClaim] = field(default_factory=dict)
    #: The token whose answer a batch waits for.
    token_of: dict[int, str] = field(default_factory=dict)
    settled: dict[int, str] = field(default_factory=dict)
    asked: set[int] = field(default_factory=set)
    hold: str = ""
    is_cancelled: bool = False
    is_before_lift: bool = False
    is_late: bool = False
    journal_seen: int = 0
    #: How often each person may have been sent the message, as far as nobody has said otherwise.
    exposures: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, *sizes: int) -> LedgerModel:
        """Return the model of freshly opened batches."""
        starts = [sum(sizes[:at]) for at in range(len(sizes))]
        return cls(sizes=dict(zip(starts, sizes, strict=True)), letters=["p"] * sum(sizes), open=set(starts))

    def span(self, start: int) -> range:
        """Return the indices of a batch."""
        return range(start, start + self.sizes[start])

    def move(self, start: int, before: str, after: str) -> int:
        """Move everybody of a batch who is in one state to another."""
        moved = [at for at in self.span(start) if self.letters[at] == before]
        for at in moved:
            self.letters[at] = after
        return len(moved)

    def may_be_claimed(self) -> set[int]:
        """Return the batches that a claim may give."""
        return {start for start in self.open if any(self.letters[at] == "p" for at in self.span(start))}

    def claim(self, start: int, token: str) -> None:
        """Give the batch to the token."""
        self.open.discard(start)
        self.move(start, "p", "c")
        self.claims[start] = HeldClaim(token)

    def gate(self, start: int, token: str, *, is_sealed: bool, journal: int) -> Verdict:
        """Decide, and carry out."""
        held = self.claims.get(start)
        if held is None or held.token != token or (held.phase == "c" and held.has_ended):
            return Verdict.LOST
        if held.phase == "s":
            return Verdict.OPEN
        if self.hold or self.is_cancelled:
            return self._turn_away(start, Verdict.HELD)
        if not is_sealed:
            return self._turn_away(start, Verdict.SEAL)
        if self.is_before_lift:
            return Verdict.EARLY
        if self.is_late:
            return self._turn_away(start, Verdict.LATE)
        if self.journal_seen < journal:
            return Verdict.STALE
        return self._let_through(start, held)

    def _turn_away(self, start: int, verdict: Verdict) -> Verdict:
        self.move(start, "c", "p")
        del self.claims[start]
        self.open.add(start)
        if verdict is not Verdict.HELD:
            self.hold = verdict.value
        return verdict

    def _let_through(self, start: int, held: HeldClaim) -> Verdict:
        if not self.move(start, "c", "s"):
            del self.claims[start]
            return Verdict.LOST
        held.phase, held.has_ended = "s", False
        self.token_of[start] = held.token
        for at in self.leaving(start):
            self.exposures[at] = self.exposures.get(at, 0) + 1
        return Verdict.OPEN

    def leaving(self, start: int) -> list[int]:
        """Return the indices of those in the batch who are being sent it."""
        return [at for at in self.span(start) if self.letters[at] == "s"]

    def settle(self, start: int, token: str, letter: str) -> bool:
        """Write an answer."""
        if self.token_of.get(start) != token:
            return False
        held = self.claims.get(start)
        if held is not None and held.token != token:
            return False
        if held is None and self.settled.get(start) == letter:
            return True
        before = "u" if held is None else "s"
        if letter == "u" and self.is_evident(start):
            letter = "a"
        if letter in "pr":
            self._not_exposed(start, before)
        self.move(start, before, letter)
        self.claims.pop(start, None)
        self.settled[start] = letter
        if letter == "p":
            self._plan_again(start)
        return True

    def split(self, start: int, token: str, middle: int) -> bool:
        """Cut a batch in two."""
        held = self.claims.get(start)
        if held is None or held.token != token or held.phase != "s":
            return False
        self._not_exposed(start, "s")
        self.move(start, "s", "p")
        del self.claims[start]
        end = start + self.sizes[start]
        self.sizes[start], self.sizes[middle] = middle - start, end - middle
        for half in (start, middle):
            self._plan_again(half)
        return True

    def _not_exposed(self, start: int, letter: str) -> None:
        for at in self.span(start):
            if self.letters[at] == letter:
                self.exposures[at] = 0

    def _plan_again(self, start: int) -> None:
        self.token_of.pop(start, None)
        self.open.add(start)
        for at in self.span(start):
            if self.letters[at] == "p" and at in self.asked:
                self.letters[at] = "S"

    def expire(self) -> tuple[int, int]:
        """Take back ended leases."""
        ended = {start: held for start, held in self.claims.items() if held.has_ended}
        for start, held in ended.items():
            del self.claims[start]
            if held.phase == "s":
                self.settled[start] = "a" if self.is_evident(start) else "u"
                self.move(start, "s", self.settled[start])
            else:
                self.move(start, "c", "p")
                self.open.add(start)
        handed_over = [start for start, held in ended.items() if held.phase == "s"]
        return len(ended) - len(handed_over), sum(self.settled[start] == "u" for start in handed_over)

    def is_evident(self, start: int) -> bool:
        """Say whether the provider has reported about somebody in the batch."""
        return any(self.letters[at] in "adDBxCU" for at in self.span(start))

    def suppress(self, at: int, journal: int) -> None:
        """Apply a line of the journal."""
        self.journal_seen = max(self.journal_seen, journal)
        if self.letters[at] in "pc":
            self.letters[at] = "S"
        elif self.letters[at] in "su":
            self.asked.add(at)

    def report(self, at: int, state: State) -> None:
        """Apply a provider's event: it proves for all who are in doubt with the one it names."""
        start = max(one for one in self.sizes if one <= at)
        if STATES[self.letters[at].encode()] in RANKS and self.move(start, "u", "a"):
            self.settled[start] = "a"
            self.token_of.pop(start, None)
        self.letters[at] = code(merge(STATES[self.letters[at].encode()], state)).decode()

    def withdraw(self) -> None:
        """Withdraw what is open, if cancelled."""
        if self.is_cancelled:
            for start in self.open:
                self.move(start, "p", "w")
            self.open.clear()

    def decide(self, letter: str) -> int:
        """Carry out a person's word about what is in doubt."""
        total = 0
        for start in sorted(start for start, settled in self.settled.items() if settled == "u"):
            if letter == "p":
                self._not_exposed(start, "u")
            moved = self.move(start, "u", letter)
            total += moved
            if moved:
                self.settled[start] = letter
                self.token_of.pop(start, None)
                if letter == "p":
                    self._plan_again(start)
        return total
