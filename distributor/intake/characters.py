"""Characters that no press release needs and that could deceive a reader, a mail program or our own slots.

Bidirectional overrides show a text in another order than it is read in (an address, an amount); control characters break mail and
terminals; a slot token would be replaced by a recipient's link. Marks that right-to-left scripts
need (U+200E, U+200F, U+061C) stay.
"""

from __future__ import annotations

import unicodedata

import regex

from distributor.core.errors import BadInput
from distributor.core.message import TOKEN_START

_BAD = regex.compile(r"[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069\uFFFD--[\t\n]]|" + regex.escape(TOKEN_START), regex.V1)


def normal_lines(text: str) -> str:
    """Return the text with every kind of line end as "\\n" and without a byte order mark."""
    return regex.sub("\r\n?|\u2028|\u2029|\u0085", "\n", text.removeprefix("\ufeff"))


def refuse_characters(text: str, *, where: str, line: int = 0) -> None:
    """Refuse a text with a control character, a bidirectional override, a lost letter or a slot token.

    `where` is the file's name, `line` the line on which the text starts, or 0 when the place has no lines.

    Raises:
        BadInput: names the line.
    """
    found = _BAD.search(text)
    if found is None:
        return
    place = f"{where}:{line + text.count(chr(10), 0, found.start())}" if line else where
    if found[0] == TOKEN_START:
        raise BadInput(
            f'The text holds "{TOKEN_START}", which marks places that differ per recipient.',
            where=place,
            remedy="Write it in another way, for instance with a space inside.",
        )
    if found[0] == "\ufffd":
        raise BadInput(
            "A letter was lost here when the text was converted (U+FFFD).",
            where=place,
            remedy="Put the right letter in its place.",
        )
    code = f"U+{ord(found[0]):04X}"
    name = unicodedata.name(found[0], "a control character").lower()
    raise BadInput(
        f"The text holds an invisible character that can mislead readers or programs: {code}, {name}.",
        where=place,
        remedy="Delete it; pasting the line through a plain-text editor helps.",
    )
