"""Go or no go: what stands for and against a lift, and the one word that sums it up. It advises people; the gate decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How one thing stands before the lift."""

    #: In: it is as it should be.
    GO = "go"
    #: In: it would leave, and somebody should look all the same.
    CARE = "care"
    #: In: somebody is being asked who takes their time. Out: they have answered.
    ASKING = "asking"
    #: In: it would not leave, or not as it should.
    STOP = "stop"


#: What counts most comes last.
_GRAVITY = (Standing.GO, Standing.CARE, Standing.ASKING, Standing.STOP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One thing that was looked at."""

    #: "Workers", "Seal" …: what people call it.
    topic: str
    standing: Standing
    says: str
    #: What to do about it; shown unless it stands at go.
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Everything that was looked at before one lift."""

    signs: Sequence[Sign]

    @property
    def verdict(self) -> Standing:
        """Return the gravest standing of all.

        >>> Readiness(signs=[Sign(topic="Workers", standing=Standing.CARE, says="One worker is alive.")]).verdict.value
        'care'
        """
        return max((sign.standing for sign in self.signs), key=_GRAVITY.index, default=Standing.ASKING)

    @property
    def gravest_first(self) -> Sequence[Sign]:
        """Return the signs, what needs a hand first; otherwise in their order."""
        return sorted(self.signs, key=lambda sign: -_GRAVITY.index(sign.standing))

    def count(self, standing: Standing) -> int:
        """Return how many stand so."""
        return sum(sign.standing is standing for sign in self.signs)
