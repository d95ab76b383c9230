"""The page of a proof: whatever a stranger is called, it can neither act nor deceive."""

from __future__ import annotations

import re
import tracemalloc
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.delivery import State
from distributor.core.message import ChannelName
from distributor.core.proof import COLUMNS, MEANINGS, ProofAct
from distributor.core.proof_file import check, read_row, row_line
from distributor.core.report import DispatchState
from distributor.render.proof import ProofPage, shown
from distributor.resources import resource
from tests.render.proofs import HEAD, part, rendered, row

PAGE = ProofPage(resource("templates", "report"))
#: What a template of ours may contain; nothing that a browser would fetch, run or submit.
TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "section", "p", "h1", "h2", "h3", "dl", "dt", "dd", "ul", "li",
    "q", "table", "caption", "thead", "tbody", "tr", "th", "td", "b", "bdi", "small", "span", "code", "kbd", "a", "br",
    "template",
}  # fmt: skip
HOSTILE = st.one_of(
    st.text(),
    st.text(st.sampled_from("<>&\"'/=\0\u202e\u2066\u200f\u2028\ud800\ufeff\x1b")),
    st.sampled_from([
        "<script>alert(1)</script>", "</template><script>", '"><img src=x onerror=alert(1)>', "</style><b>", "{{ 7*7 }}", "%}{{",
        "</bdi></td></tr></table><h1>Delivered to everybody</h1>", "Ana\u202egnp.exe", "&lt;b&gt;", '<code id="checksum">',
        "-->\n<!-- page sha256 " + "0" * 64 + " -->", '\n<template id="data">\n',
    ]),
)  # fmt: skip


class Reader(HTMLParser):
    """Reads a page as a browser would: its tags with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


@given(of_people=st.tuples(*[HOSTILE] * 5), of_providers=st.tuples(*[HOSTILE] * 3))
def test_no_stranger_s_name_acts_or_hides(of_people: tuple[str, ...], of_providers: tuple[str, ...]) -> None:
    """Names come from files that others made, reasons and ids from providers."""
    name, outlet, headline, by, reason = of_people
    why, remote_id, url = of_providers
    rows = [part(1, url=url, remote_id=remote_id, why=why), row(1, name=name, outlet=outlet, why=why, remote_id=remote_id)]
    act = ProofAct(at=HEAD.made_at, by=by, what="held it", reason=reason)
    head = replace(
        HEAD, headline=headline, sender=by, postal_address=reason, acts=(act,), lists=(name,), hold=reason, embargo=outlet
    )
    plain = rendered(PAGE, [part(1), row(1)], replace(HEAD, hold="held"))

    page = rendered(PAGE, rows, head)

    read = Reader(page)
    assert set(read.tags) <= TAGS
    assert read.tags.count("tr") == Reader(plain).tags.count("tr")
    assert read.handlers == []
    assert all(link.startswith("https://") for link in read.links)
    harmful = {character for character in page if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert harmful <= {"\n", "\u200c", "\u200d"}
    assert check(page.encode().splitlines(keepends=True)).is_intact


@given(name=HOSTILE, outlet=HOSTILE, recipient=HOSTILE)
def test_the_data_keep_every_name_as_it_is(name: str, outlet: str, recipient: str) -> None:
    """What people see is made harmless; what machines read is exact."""
    stored = row(7, name=name, outlet=outlet, recipient=recipient)

    line = row_line(stored)

    assert read_row(line) == stored
    assert line.isascii()
    assert line.count("\n") == 1
    assert not set("<>&") & set(line)


def test_names_in_any_script_are_shown_as_they_are_written() -> None:
    for name in ("María López", "محمد الأحمد", "Олена Шевченко", "李娜", "👩\u200d💻", "می\u200cخواهم", "Zoë\u00a0Q"):
        assert shown(name) == name
        assert f"<bdi>{name}</bdi>" in rendered(PAGE, [row(1, name=name)])


@given(st.text())
def test_what_is_shown_is_seen(text: str) -> None:
    assert not any(
        unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for one in shown(text) if one not in "\u200c\u200d"
    )
    assert len(shown(text)) >= len(text)


def test_only_an_https_address_is_a_link() -> None:
    page = rendered(PAGE, [part(1, url="javascript:alert(1)"), part(2, url="http://x.example/1"), part(3)])

    assert Reader(page).links == ["https://x.com/i/status/3"]
    assert "javascript:alert(1)" in page


def test_the_words_for_states_are_those_of_the_documentation() -> None:
    words = dict(
        re.findall(
            r"^\| `(\w+)` \| ([^|]+?) \| [^|]+ \|$", (resource("templates").parent / "docs/states.md").read_text("utf-8"), re.M
        )
    )

    assert {state.value: meaning for state, meaning in MEANINGS.items()} == words
    assert set(MEANINGS) == set(State)


@pytest.mark.parametrize(
    ("state", "has_left", "title"),
    [
        (DispatchState.ARMED, False, "Proof of dispatch: nothing has left yet"),
        (DispatchState.HELD, False, "Proof of dispatch: nothing has left yet"),
        (DispatchState.CANCELLED, False, "Proof of dispatch: nothing has left"),
        (DispatchState.EXPIRED, False, "Proof of dispatch: nothing has left"),
        (DispatchState.DONE, False, "Proof of dispatch: nothing has left"),
        (DispatchState.DONE, True, "Proof of dispatch"),
        (DispatchState.RELEASING, True, "Proof of dispatch, as far as it has come"),
        (DispatchState.INCOMPLETE, True, "Proof of dispatch, as far as it has come"),
        (DispatchState.CANCELLED, True, "Proof of dispatch, as far as it has come"),
    ],
)
def test_the_title_claims_no_more_than_has_happened(state: DispatchState, *, has_left: bool, title: str) -> None:
    page = rendered(PAGE, [row(1)], replace(HEAD, state=state, has_left=has_left))

    assert f"<title>{title} {HEAD.dispatch}</title>" in page
    assert f"It is {state.value}." in page or has_left
    assert ("may still change" in page) is (has_left and state is not DispatchState.DONE)


def test_times_stand_in_the_desk_s_zone_and_in_utc() -> None:
    page = rendered(PAGE, [row(1, sent_at="2026-03-31T01:02:03.456789Z")])

    assert "<span>Tue 31 Mar 2026 00:01:00.000 CEST</span> <span class=utc>Mon 30 Mar 2026 22:01:00.000 UTC</span>" in page
    assert "2026-03-31 00:01 Europe/Zurich" in page
    assert "<td>31 Mar 2026 01:02:03.456<td>22:01:00.310" in page


def test_every_channel_has_a_name_and_every_column_its_place() -> None:
    for channel in ChannelName:
        assert rendered(PAGE, [replace(row(1), channel=channel.value)])
    assert COLUMNS[:3] == ("channel", "n", "recipient")


def test_the_page_of_many_needs_no_more_memory_than_that_of_few() -> None:
    peaks = [peak_of(count) for count in (300, 3000)]

    assert peaks[1] < 2 * peaks[0]


def peak_of(count: int) -> int:
    """Return the most bytes that are held while so many rows are written."""
    tracemalloc.start()
    try:
        data = (row_line(row(n)) for n in range(count))
        for piece in PAGE(HEAD, checksum="0" * 64, rows=(row(n) for n in range(count)), data=data):
            assert piece
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_page_without_rows_is_a_page_too() -> None:
    assert check(rendered(PAGE, []).encode().splitlines(keepends=True)).is_intact
