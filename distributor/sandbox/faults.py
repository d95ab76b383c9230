"""Faults on demand: what can go wrong between a client and a provider, at a rate, or for the next few requests.

A rule's draws come from its own seed and are counted per request that it applies to, so the same requests meet the same
faults. The first rule that fires wins.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum

from distributor.core.errors import BadInput


class FaultKind(StrEnum):
    """What happens to a request."""

    #: Refused, nothing accepted; `retry_after` says how long to wait, when given.
    TOO_MANY = "429"
    #: Refused with 500, nothing accepted.
    BROKEN = "500"
    #: Refused with 503, nothing accepted.
    UNAVAILABLE = "503"
    #: Accepted, and answered with 500 all the same: why a 5xx is never proof.
    BROKEN_AFTER_ACCEPT = "500-after-accept"
    #: Handled at once, answered `seconds` later: a client that gives up does not know that it was accepted.
    SLOW = "slow"
    #: Accepted and recorded, then the connection ends without an answer.
    CUT_AFTER_ACCEPT = "cut-after-accept"
    #: Read fully, not accepted, then the connection ends without an answer.
    CUT_BEFORE_ACCEPT = "cut-before-accept"
    #: Accepted, and answered with a 2xx that no provider documents and nobody can read.
    GARBAGE = "garbage-2xx"
    #: Reset (RST) while the request is still being sent; not accepted.
    RESET = "reset"
    #: Of event webhooks only: the post of events is sent twice.
    DUPLICATE = "duplicate"
    #: Of event webhooks only: the events of a post are shuffled, and the post is delayed by up to `seconds`.
    REORDER = "reorder"
    #: Of event webhooks only: the post of events is never sent.
    LOSE = "lose"


_EVENT_KINDS = frozenset({FaultKind.DUPLICATE, FaultKind.REORDER, FaultKind.LOSE})
#: What a rule applies to when it names no path: method and path's beginning.
_DEFAULT_PATH = {"sendgrid": "/v3/mail/send", "x": "/2/tweets", "events": ""}
_FIELDS = frozenset({"provider", "kind", "rate", "next", "seconds", "retry_after", "seed", "method", "path"})


@dataclass(slots=True, kw_only=True)
class FaultRule:
    """One rule. It fires for a share of requests, or for the next N."""

    #: "sendgrid", "x", or "events" for the webhooks.
    provider: str
    kind: FaultKind
    #: Share of requests that meet the fault, 0 to 1; not used when `remaining` is given.
    rate: float = 1.0
    #: How many requests still meet it; None for no end.
    remaining: int | None = None
    seconds: float = 1.0
    #: Seconds that a 429 asks to wait; None says nothing about it.
    retry_after: int | None = None
    seed: int = 0
    method: str = "POST"
    #: Beginning of the paths it applies to.
    path: str = ""
    #: How often it fired.
    fired: int = 0
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - repeatable on purpose

    def fires(self) -> bool:
        """Draw once, and count."""
        if self.remaining is not None:
            hit = self.remaining > 0
            self.remaining -= hit
        else:
            hit = self._random.random() < self.rate
        self.fired += hit
        return hit

    def as_json(self) -> dict[str, object]:
        """Return the rule as it is written, with what is left and how often it fired."""
        shown = {name: getattr(self, name) for name in self.__slots__ if not name.startswith("_") and name != "remaining"}
        return {**shown, "next": self.remaining}


@dataclass(slots=True)
class Faults:
    """The rules in force, in order."""

    rules: list[FaultRule] = field(default_factory=list)

    def pick(self, provider: str, *, method: str = "POST", path: str = "") -> FaultRule | None:
        """Return the first rule that applies and fires."""
        for rule in self.rules:
            if rule.provider == provider and rule.method == method and path.startswith(rule.path) and rule.fires():
                return rule
        return None


def read_rules(value: object) -> list[FaultRule]:
    """Return the rules of a JSON list of objects (one object stands for a list of one).

    Raises:
        BadInput: with the position and the field.
    """
    entries = [value] if isinstance(value, dict) else value
    if not isinstance(entries, list):
        raise BadInput("Rules are a JSON list of objects.", where="faults", remedy='Write [{"provider": "x", "kind": "429"}].')
    return [_read_rule(entry, f"faults[{position}]") for position, entry in enumerate(entries)]


def _read_rule(entry: object, where: str) -> FaultRule:
    if not isinstance(entry, dict) or not _FIELDS.issuperset(entry):
        raise BadInput("A field is not known.", where=where, remedy=f"Known are {', '.join(sorted(_FIELDS))}.")
    provider, kind = entry.get("provider"), entry.get("kind")
    if provider not in _DEFAULT_PATH:
        raise BadInput("The provider is not known.", where=f"{where}.provider", remedy="Write sendgrid, x or events.")
    if kind not in set(FaultKind) or (kind in _EVENT_KINDS) != (provider == "events"):
        raise BadInput("This provider has no such fault.", where=f"{where}.kind", remedy=f"Known are {', '.join(FaultKind)}.")
    method, path = entry.get("method", "POST"), entry.get("path", _DEFAULT_PATH[str(provider)])
    if not isinstance(method, str) or not isinstance(path, str):
        raise BadInput("This is no text.", where=f"{where}.path", remedy="Write the method and path as text.")
    return FaultRule(
        provider=str(provider),
        kind=FaultKind(kind),
        rate=_number(entry, "rate", where, 1.0, most=1.0),
        remaining=None if entry.get("next") is None else int(_number(entry, "next", where, 0)),
        seconds=_number(entry, "seconds", where, 1.0),
        retry_after=None if entry.get("retry_after") is None else int(_number(entry, "retry_after", where, 0)),
        seed=int(_number(entry, "seed", where, 0)),
        method=method,
        path=path,
    )


def _number(entry: dict[str, object], name: str, where: str, default: float, *, most: float = 1e9) -> float:
    value = entry.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise BadInput("This is no number in range.", where=f"{where}.{name}", remedy=f"Write a number from 0 to {most:g}.")
    return value
