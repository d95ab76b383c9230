"""The first page: what is under way comes first, and every release is found without a word of it in an address."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from distributor.core.embargo import Embargo, LocalTime
from distributor.web.staff.gate import COOKIE
from tests.flow.newsroom import RELEASE, with_headline
from tests.web.staff.conftest import DISPATCHER, EDITOR, Answer, StaffSite


def listed(answer: Answer) -> list[str]:
    """Return the headlines of the releases on the page, in order."""
    part = answer.text.partition('class="releases"')[2]
    return re.findall(r'class="headline"[^>]*><bdi>([^<]*)<', part)


def test_what_needs_somebody_comes_first_with_its_headline(site: StaffSite) -> None:
    site.newsroom.crowd(3)
    later = site.newsroom.schedule(site.newsroom.approved(with_headline("Leaves later")), lift_in=timedelta(hours=3))
    sooner = site.newsroom.schedule(site.newsroom.approved(with_headline("Leaves sooner")), lift_in=timedelta(hours=2))
    held = site.newsroom.schedule(site.newsroom.approved(with_headline("Is held")), lift_in=timedelta(hours=4))
    site.newsroom.service.controller.hold(held.dispatch, by="Dora", reason="")
    gone = site.newsroom.schedule(site.newsroom.approved(with_headline("Was cancelled")), lift_in=timedelta(hours=1))
    site.newsroom.service.controller.cancel(gone.dispatch, by="Dora", reason="")

    text = site.get("/", site.sign_in(EDITOR)).text
    cards = re.findall(r'class="headline" href="/dispatches/(\w+)"><bdi>([^<]*)<', text)

    assert cards == [(held.dispatch, "Is held"), (sooner.dispatch, "Leaves sooner"), (later.dispatch, "Leaves later")]
    assert "leaves in 1 h 59 m" in " ".join(text.split())
    assert "3 e-mails" in text


def test_each_release_says_where_it_stands(site: StaffSite) -> None:
    site.newsroom.crowd(3)
    in_a_year = datetime.now(UTC).replace(tzinfo=None, microsecond=0) + timedelta(days=365)
    embargo = Embargo(local=LocalTime(wall=in_a_year, zone="Etc/UTC"))
    site.newsroom.take_in(replace(with_headline("A draft"), embargo=embargo))
    site.newsroom.approved(with_headline("Approved only"))
    site.newsroom.schedule(site.newsroom.approved(with_headline("Gone")))
    site.newsroom.work()
    session = site.sign_in(EDITOR)

    text = site.get("/", session).text
    by_stage = {stage: listed(site.get(f"/?stage={stage}", session)) for stage in ("draft", "approved", "under-way", "finished")}

    assert listed(site.get("/", session)) == ["Gone", "Approved only", "A draft"]
    assert "embargo until" in text
    assert re.search(r"in 36[45] d", text)
    # What has left is done as soon as a sweep has closed it; nothing sweeps here.
    assert by_stage == {"draft": ["A draft"], "approved": ["Approved only"], "under-way": ["Gone"], "finished": []}
    assert "state-done" in text
    assert listed(site.get("/?stage=nonsense", session)) == ["Gone", "Approved only", "A draft"]


def test_the_list_pages_and_the_search_pages_without_words_in_an_address(site: StaffSite) -> None:
    for number in range(60):
        site.newsroom.take_in(replace(with_headline(f"Story {number:02}"), subhead="Fünf" if number % 2 else "Six"))
    session = site.sign_in(EDITOR)
    pages, path = [], "/"
    while path:
        answer = site.get(path, session)
        pages.append(listed(answer))
        path = (re.findall(r'href="(/\?stage=&amp;after=[^"]+)"', answer.text) or [""])[0].replace("&amp;", "&")
    first = site.post("/", session, text="STÓRY")
    (after,) = re.findall(r'name="after" value="([^"]+)"', first.text)
    second = site.post("/", session, text="STÓRY", after=after)

    assert [len(page) for page in pages] == [25, 25, 10]
    assert [headline for page in pages for headline in page] == [f"Story {number:02}" for number in reversed(range(60))]
    assert (listed(first), listed(second)) == (pages[0], pages[1])
    assert listed(site.post("/", session, text="story 07")) == ["Story 07"]
    assert "story" not in re.findall(r'(?:href|action|src)="[^"]*"', first.text.lower())
    assert "60" in site.get("/", session).text


@pytest.mark.parametrize(
    "text", ["*", "%", "[a-z]+", "x" * 10_000, "\ud800", "<script>alert(1)</script>", "' OR 1=1 --", "🎉", "\0"]
)
def test_a_hostile_search_finds_nothing_and_stays_text(site: StaffSite, text: str) -> None:
    site.newsroom.take_in(RELEASE)
    session = site.sign_in(EDITOR)

    form = urlencode({"text": text, "csrf": site.door.sign_in.csrf_of(session)}, errors="surrogatepass").encode()
    headers = {"Cookie": f"{COOKIE}={session}", "Content-Type": "application/x-www-form-urlencoded"}
    answer = site.raw("POST", "/", form, headers)

    assert (answer.status, listed(answer)) == (200, [])
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("after", ["x", "%00", "1-r%0a", "99999999999999999999999-r", "'", "-"])
def test_a_page_that_was_never_there_is_refused_in_words(site: StaffSite, after: str) -> None:
    answer = site.get(f"/?after={after}", site.sign_in(EDITOR))

    assert answer.status == 422
    assert "Begin with the first page" in answer.text


def test_a_search_without_words_goes_back_to_the_list(site: StaffSite) -> None:
    session = site.sign_in(DISPATCHER)

    blank = site.post("/", session, text="  ", stage="draft")
    hostile = site.post("/", session, text="", stage="//elsewhere.example")

    assert (blank.status, blank.headers["location"]) == (303, "/?stage=draft")
    assert (hostile.status, hostile.headers["location"]) == (303, "/?stage=")
