"""The proof of a dispatch as a file: its data in one canonical form, the checksums, and the check that both still fit.

A proof shows its data to people and holds the same data as lines of JSON between two marks, so that anybody can recompute the
checksum with nothing but `sed` and `sha256sum`. A second checksum in the last line covers every byte before it, and so what is
seen. Neither is a signature: whoever changes a file can make new checksums, but not the one that the audit keeps.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from operator import attrgetter

from distributor.core.proof import COLUMNS, ProofHead, ProofRow

SCHEMA = 1
#: Stand on lines of their own, before and after the lines of data.
DATA_BEGINS = '<template id="data">'
DATA_ENDS = "</template>"
_FIELDS = attrgetter(*COLUMNS)
_STATED = re.compile(rb'<code id="checksum">([0-9a-f]{64})</code>')
_LAST_LINE = re.compile(rb"<!-- page sha256 ([0-9a-f]{64}) -->\n?")
#: JSON needs them in texts only, where they can be written by number; HTML would give them a meaning.
_MEANT_FOR_HTML = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "<>&"})


def precise(moment: datetime | None) -> str:
    """Return an instant in UTC, always to the microsecond, so that instants sort as text; "" for None.

    >>> precise(datetime(2026, 3, 30, 0, 1, tzinfo=UTC))
    '2026-03-30T00:01:00.000000Z'
    """
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def head_line(head: ProofHead) -> str:
    """Return the first line of the data, with its end of line."""
    return _line({"schema": SCHEMA, "columns": COLUMNS, **asdict(head), "title": head.title})


def row_line(row: ProofRow) -> str:
    """Return one row's line of the data, with its end of line."""
    return _line(_FIELDS(row))


def read_row(line: str) -> ProofRow:
    """Return the row of a line that `row_line` made."""
    return ProofRow(*json.loads(line))


def _line(shape: object) -> str:
    # Plain ASCII: no character can be lost, reordered or mistaken on the way, not even half a surrogate pair.
    text = json.dumps(shape, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=_plain)
    return f"{text.translate(_MEANT_FOR_HTML)}\n"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return precise(value)
    raise TypeError(f"{type(value).__name__} has no form in a proof")


def last_line(page_sha256: str) -> str:
    """Return what stands behind everything that the page's own checksum covers."""
    return f"<!-- page sha256 {page_sha256} -->\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check of a proof found."""

    #: The checksum that the proof states, "" when it states none.
    stated: str
    #: The checksum of the data that is in it.
    found: str
    #: Whether every byte before the last line is as it was written.
    is_page_intact: bool
    #: Rows of data.
    rows: int

    @property
    def is_data_intact(self) -> bool:
        """Say whether the data fit the checksum."""
        return self.stated == self.found

    @property
    def is_intact(self) -> bool:
        """Say whether nothing in the file has changed."""
        return self.is_data_intact and self.is_page_intact


def check(lines: Iterable[bytes]) -> Checked:
    """Recompute both checksums from a proof's lines, each with its end of line, holding one line at a time."""
    data, page = hashlib.sha256(), hashlib.sha256()
    begins, ends = f"{DATA_BEGINS}\n".encode(), f"{DATA_ENDS}\n".encode()
    stated, last, count, is_inside = "", b"", 0, False
    for line in lines:
        page.update(last)
        last = line
        if is_inside and line == ends:
            is_inside = False
        elif is_inside:
            data.update(line)
            count += 1
        elif line == begins:
            is_inside = True
        elif not stated and (found := _STATED.search(line)):
            stated = found[1].decode()
    claim = _LAST_LINE.fullmatch(last)
    is_page_intact = claim is not None and claim[1].decode() == page.hexdigest()
    return Checked(stated=stated, found=data.hexdigest(), is_page_intact=is_page_intact, rows=max(0, count - 1))
