"""A thread as a text that a person can edit: parts separated by lines of three or more dashes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from distributor.core.errors import BadInput

_SEPARATOR = re.compile(r"^-{3,}[ \t]*$", re.MULTILINE)


def join_parts(parts: Sequence[str]) -> str:
    """Return the parts as one text.

    >>> join_parts(["one", "two"])
    'one\\n---\\ntwo\\n'
    """
    return "\n---\n".join(parts) + "\n"


def split_parts(text: str) -> tuple[str, ...]:
    """Return the parts of an edited text, without the space around each.

    >>> split_parts("one\\n---\\ntwo\\n")
    ('one', 'two')

    Raises:
        BadInput: a part is empty.
    """
    parts = tuple(part.strip() for part in _SEPARATOR.split(text))
    for number, part in enumerate(parts, 1):
        if not part:
            raise BadInput(
                f"Part {number} of the thread is empty.",
                where=f"thread part {number}",
                remedy="Write something between the lines of ---, or remove one of them.",
            )
    return parts
