"""Plain text that is right in a right-to-left language: invisible marks where a mail program would order characters wrongly.

Plain text has no markup, so the Unicode Bidirectional Algorithm (UAX #9) decides by the characters alone: numbers in groups, such
as a phone number, change places behind Arabic letters, and a line that begins with a Latin name is set from the left as a whole.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

import regex

#: A letter that nobody sees, of either direction.
LEFT_TO_RIGHT: Final = "\u200e"
RIGHT_TO_LEFT: Final = "\u200f"
_STRONG: Final = frozenset({"L", "R", "AL"})
#: Web addresses, mail addresses, phone numbers, and what stands for a recipient's own links.
_LEFT_TO_RIGHT_RUN = regex.compile(
    r"https?://[^\s()<>]+|%%pr-[a-z_]+-t%%|[\w.+%-]+@[\w.-]+\.\w+|\+?[(\d][\d() ./\-]{4,}\d", regex.VERSION1
)


def marked(text: str) -> str:
    """Return the text of a right-to-left language with its marks; lines that hold no such letter are left as they are.

    A mark stands before a run and never right behind it: a mail program could take it for the end of the link.

    >>> marked("اكتب إلى press@desk.example").count(LEFT_TO_RIGHT)
    1
    """
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    first, is_any = _directions(line)
    if not is_any:
        # A phone number alone has no letter that would tell where it begins.
        return LEFT_TO_RIGHT + line if first == "" and _LEFT_TO_RIGHT_RUN.search(line) else line
    runs = _LEFT_TO_RIGHT_RUN.sub(_run, line)
    return RIGHT_TO_LEFT + runs if first == "L" else runs


def _run(found: regex.Match[str]) -> str:
    run = found[0]
    # "/" and "-" have no direction of their own, and would jump to the other end.
    behind = f" {LEFT_TO_RIGHT}" if run.startswith("http") and not run[-1].isalnum() else ""
    return f"{LEFT_TO_RIGHT}{run}{behind}"


def _directions(line: str) -> tuple[str, bool]:
    """Return the direction of the first letter ("L", "R", or "" where there is none), and whether any is from the right."""
    kind: Callable[[str], str] = unicodedata.bidirectional
    strong = [found for character in line if (found := kind(character)) in _STRONG]
    first = "" if not strong else "L" if strong[0] == "L" else "R"
    return first, any(found != "L" for found in strong)
