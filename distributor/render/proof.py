"""The proof of a dispatch as a page that prints: one file, no script, and nothing in it that a stranger's name could act with."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Final

import jinja2
from markupsafe import Markup

from distributor.core.embargo import zone_of
from distributor.core.message import THREADS, ChannelName
from distributor.core.proof import MEANINGS, ProofHead, ProofRow

#: Join or part letters in Persian, in Indian scripts and in emoji; harmless, and missed when they are not there.
_JOINERS: Final = frozenset("\u200c\u200d")
#: Control, format (among them what turns the direction round), surrogate; line and paragraph separators.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: What people call a channel.
_LABELS: Final = MappingProxyType({ChannelName.EMAIL.value: "E-mail", ChannelName.X.value: "X"})
#: Pieces of the template that are given out together.
_PIECES: Final = 400


class ProofPage:
    """Fills in the page. Fits flow.proof.ProofPage."""

    def __init__(self, template_dir: Path) -> None:
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(template_dir),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            # Whatever a template shows goes through here, so that no place can be forgotten.
            finalize=_harmless,
        )
        environment.filters |= {"instant": _instant, "clock": _clock, "grouped": lambda number: f"{number:,}"}
        self._template = environment.get_template("proof.html")
        self._style = Markup((template_dir / "proof.css").read_text("utf-8"))  # noqa: S704 - the project's own file

    def __call__(self, head: ProofHead, *, checksum: str, rows: Iterable[ProofRow], data: Iterable[str]) -> Iterator[str]:
        """Yield the page in pieces; `rows` is read once, then `data`, whose lines stand in it as they are."""
        stream = self._template.stream(
            head=head,
            checksum=checksum,
            # In the order of the rows, each channel's while the page is at it.
            tables=groupby(rows, key=lambda row: row.channel),
            threads=frozenset(channel.value for channel in THREADS),
            labels=_LABELS,
            meanings=MEANINGS,
            style=self._style,
            lift_day=f"{head.lift_at.astimezone(UTC):%-d %b %Y}",
            # Between the marks of core.proof_file, which writes no character that HTML gives a meaning.
            data=map(Markup, data),
        )
        stream.enable_buffering(_PIECES)
        return stream


def _harmless(value: object) -> object:
    return value if isinstance(value, Markup) or not isinstance(value, str) else shown(value)


def shown(text: str) -> str:
    """Return the text with every character that nobody sees named instead, so that it can neither hide nor reorder others.

    >>> shown("Ana\\u202egnp.exe")
    'Ana⟨U+202E⟩gnp.exe'
    """
    if text.isprintable():
        return text
    return "".join(_named(character) for character in text)


def _named(character: str) -> str:
    is_unseen = unicodedata.category(character) in _UNSEEN and character not in _JOINERS
    return f"⟨U+{ord(character):04X}⟩" if is_unseen else character


def _instant(moment: datetime | str | None, zone: str) -> Markup:
    """Return an instant in the zone and in UTC, each unbroken, to the millisecond; in UTC with its day where it is another."""
    if not moment:
        return Markup("—")
    found = (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).astimezone(UTC)
    local = found.astimezone(zone_of(zone))
    if local.utcoffset() == timedelta(0):
        return Markup("<span>{} UTC</span>").format(_words(found))
    universal = _time(found) if local.date() == found.date() else _words(found)
    return Markup("<span>{} {}</span> <span class=utc>{} UTC</span>").format(_words(local), local.tzname(), universal)


def _words(moment: datetime) -> str:
    return f"{moment:%a %-d %b %Y} {_time(moment)}"


def _time(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03}"


def _clock(instant: str, day: str) -> str:
    """Return a row's time in UTC: by the clock alone on the day of the lift, else with its day."""
    if not instant:
        return ""
    date = _day(instant[:10])
    return instant[11:23] if date == day else f"{date} {instant[11:23]}"


@lru_cache(maxsize=64)
def _day(date: str) -> str:
    return f"{datetime.fromisoformat(date):%-d %b %Y}"
