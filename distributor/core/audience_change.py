"""What has changed on a dispatch's lists between two moments, and whether staff must see it."""

from __future__ import annotations

from dataclasses import dataclass

#: From this share of the people on, a change is shown: at a thousand reporters, ten.
SHOWN_FROM = 0.01
_MOST_DOMAINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceChange:
    """People who came to and left the lists; nobody is counted in both."""

    before: int
    came: int
    left: int
    #: Of those who came, e-mail domains that nobody in the book had before; sorted.
    new_domains: tuple[str, ...]

    @property
    def share(self) -> float:
        """Return the changed part of those who were there before; 1 when nobody was and somebody came."""
        changed = self.came + self.left
        return changed / self.before if self.before else float(bool(changed))

    @property
    def is_shown(self) -> bool:
        """Say whether staff must see it."""
        return self.share >= SHOWN_FROM or bool(self.new_domains)

    def __str__(self) -> str:
        text = f"{self.came:,} came and {self.left:,} left, of {self.before:,} ({self.share:.1%})"
        if not self.new_domains:
            return text
        named = ", ".join(self.new_domains[:_MOST_DOMAINS])
        more = len(self.new_domains) - _MOST_DOMAINS
        return f"{text}; never seen before: {named}" + (f" and {more:,} more domains" if more > 0 else "")
