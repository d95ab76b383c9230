"""Every check of the table fails on what it is for, and on nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from distributor.core.checks import CHECKS, blocking, run_checks
from distributor.core.checks_subject import CheckSubject, Severity
from distributor.core.embargo import Embargo, LocalTime
from distributor.core.errors import ApprovalRefused
from distributor.core.ids import Language
from distributor.core.message import ChannelName, Sender, ThreadMaster
from distributor.core.quota import quota_left
from distributor.core.release import BulletList, Dateline, Image, PressContact, Quotation, Release, Span
from tests.core.factories import NOW, email_master, paragraph, release, subject
from tests.core.strategies import releases

EMBARGO = Embargo(local=LocalTime(wall=datetime(2026, 3, 10, 0, 1), zone="Europe/Zurich"))  # noqa: DTZ001 - a wall time


def with_embargo(wall: datetime, zone: str = "Europe/Zurich", **changes: Any) -> CheckSubject:
    """Return a subject with this embargo."""
    return subject(release(embargo=Embargo(local=LocalTime(wall=wall, zone=zone)), **changes))


def thread(*parts: str) -> CheckSubject:
    """Return a subject with a thread written by hand."""
    return subject(threads=(ThreadMaster(channel=ChannelName.X, language=Language("en"), parts=parts),))


WRONG: dict[str, CheckSubject] = {
    "embargo-agrees": subject(release(embargo=EMBARGO, embargo_line="EMBARGOED UNTIL 00:01 GMT, 10 March 2026")),
    "dead-links": subject(release(body=(paragraph("here", href="#", line=7),))),
    "missing-translation": subject(release(languages_wanted=(Language("fr"),))),
    "image-alt": subject(release(images=(Image(url="https://example.org/a.jpg"),))),
    "placeholder": subject(release(body=(paragraph("The minister, [insert name], said TBC.", line=3),))),
    "sender-email": subject(sender=Sender(email="", name="", postal_address="x")),
    "postal-address": subject(sender=Sender(email="a@b.example", name="")),
    "email-size": subject(email_masters=(email_master(release(), html="x" * 102_401),)),
    "thread-length": thread("x" * 281),
    "thread-rules": thread("$ABC and $DEF"),
    "thread-replies": replace(thread("One.", "Two."), no_replies="X refused a reply."),
    "thread-window": replace(thread("One.", "Two."), quota=quota_left(101, lift_at=NOW, others=())),
    "press-contact": subject(release(contacts=())),
    "quotation-speaker": subject(release(body=(paragraph("“So.”", quotations=(Quotation(words="So.", speaker=None),), line=2),))),
    "subject-length": subject(release(headline="word " * 25)),
    "embargo-stated": subject(release()),
    "lift-ahead": with_embargo(datetime(2026, 2, 1, 10, 0)),  # noqa: DTZ001
    "midnight-noon": with_embargo(datetime(2026, 3, 10, 0, 0)),  # noqa: DTZ001
    "clock-change": with_embargo(datetime(2026, 3, 29, 8, 0)),  # noqa: DTZ001
}


def failed(found: CheckSubject) -> set[str]:
    """Return the names of the checks that fail."""
    return {result.name for result in run_checks(found) if not result.passed}


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
def test_a_check_fails_on_what_it_is_for(name: str) -> None:
    assert name in failed(WRONG[name])


def test_a_good_release_passes_every_check() -> None:
    good = release(embargo=EMBARGO, embargo_line="Embargoed until 10 March 2026, 00:01 CET")

    assert failed(subject(good)) == set()


@pytest.mark.parametrize(
    "text",
    [
        "Speakers: TBC", "at XX o'clock", "XXX people", "[Insert quote here]", "[NAME]", "[to be confirmed]", "{{name}}",
        "<link>",
        "Lorem ipsum dolor", "[à compléter]", "[nombre]", "[Datum einfügen]", "[por confirmar]", "Tel. ____________",
        "How many????", "TBC/TBD", "on XX.XX.2026",
        "TODO: ask her",
    ],
)  # fmt: skip
def test_what_was_left_to_be_replaced_is_found(text: str) -> None:
    assert "placeholder" in failed(subject(release(body=(paragraph(text),))))


@pytest.mark.parametrize(
    "text",
    [
        "Size XXL", "the TBCs", "a [sic] remark", "Louis XX was no king", "in the siglo XX", "the XX century", "XX. Jahrhundert",
        "tba", "[add]itional words", "XXI", "MacTBC", "TBC-5 mines", "the [deminers’] plea", "[names] were read", "todo el mundo",
        "XXe siècle", "the XX chromosomes", "What???",
    ],
)  # fmt: skip
def test_words_that_only_look_like_placeholders_pass(text: str) -> None:
    assert "placeholder" not in failed(subject(release(body=(paragraph(text),))))


@pytest.mark.parametrize(
    "changes",
    [
        {"headline": "Campaign TBC"},
        {"body": (BulletList(items=((Span(text="TBC"),),), line=4),)},
        {"images": (Image(url="https://example.org/a.jpg", alt="TBC"),)},
        {"contacts": (PressContact(name="Ana Lima", phone="XX XX XX"),)},
        {"thread": ("TBC",)},
        {"dateline": Dateline(city="[city]", date=None)},
    ],
)
def test_placeholders_are_looked_for_everywhere(changes: dict[str, Any]) -> None:
    assert "placeholder" in failed(subject(release(**changes)))


def test_a_placeholder_without_a_line_is_named_by_its_item() -> None:
    left = release(headline="Campaign TBC", body=(paragraph("Said TBC.", line=7),))

    (result,) = (found for found in run_checks(subject(left)) if found.name == "placeholder")

    assert result.message == "Placeholder text was left in (headline, line 7)."


def test_dead_links_are_one_finding_that_names_its_lines() -> None:
    targets = (("#", 4), ("", 9), ("https://", 9))
    dead = release(body=tuple(paragraph("here", href=target, line=line) for target, line in targets))

    (result,) = (found for found in run_checks(subject(dead)) if found.name == "dead-links")

    assert (result.passed, result.severity) == (False, Severity.ERROR)
    assert "3 links lead nowhere (line 4, 9)" in result.message


def test_a_dead_link_of_the_thread_and_of_an_image_is_found_too() -> None:
    dead = release(link="#", images=(Image(url="https://", alt="A field"),))

    (result,) = (found for found in run_checks(subject(dead)) if found.name == "dead-links")

    assert "2 links lead nowhere (a place without a line number)" in result.message


@pytest.mark.parametrize("address", ["press", "a@", "a@b", "two@example.org, three@example.org", "a b@example.org"])
def test_a_sender_that_is_no_address_fails(address: str) -> None:
    assert "sender-email" in failed(subject(sender=Sender(email=address, name="", postal_address="x")))


@pytest.mark.parametrize(
    ("line", "agrees"),
    [
        ("EMBARGOED UNTIL 23:01 GMT, 9 March 2026", True),
        ("EMBARGOED UNTIL 00:01 GMT, 10 March 2026", False),
        ("Embargoed until Monday, 10 March 2026, 00:01 CET", False),
        ("Embargoed until tomorrow", False),
        ("FOR IMMEDIATE RELEASE", False),
        ("", True),
    ],
)
def test_the_embargo_line_must_say_the_lift(line: str, agrees: bool) -> None:
    """10 March 2026 is a Tuesday, so that a wrong weekday speaks against the line."""
    assert ("embargo-agrees" not in failed(subject(release(embargo=EMBARGO, embargo_line=line)))) is agrees


@pytest.mark.parametrize("wall", [datetime(2026, 3, 29, 2, 30), datetime(2026, 10, 25, 2, 30)])  # noqa: DTZ001 - wall times
def test_a_lift_in_a_jump_of_the_clocks_is_an_error(wall: datetime) -> None:
    content = release(embargo=Embargo(local=LocalTime(wall=wall, zone="Europe/Zurich")))

    assert "embargo-agrees" in failed(replace(subject(), release=content))


@pytest.mark.parametrize(
    ("wall", "zone", "is_near"),
    [
        (datetime(2026, 3, 28, 20, 0), "Europe/Zurich", True),  # noqa: DTZ001
        (datetime(2026, 3, 28, 10, 0), "Europe/Zurich", False),  # noqa: DTZ001
        (datetime(2026, 3, 29, 8, 0), "Asia/Tokyo", False),  # noqa: DTZ001
        (datetime(9997, 12, 30, 8, 0), "Asia/Tokyo", False),  # noqa: DTZ001
    ],
)
def test_a_change_of_clocks_is_near_within_half_a_day(wall: datetime, zone: str, is_near: bool) -> None:
    assert ("clock-change" in failed(with_embargo(wall, zone))) is is_near


@pytest.mark.parametrize(
    ("clock", "is_trap"),
    [(time(0, 0), True), (time(12, 0), True), (time(0, 1), False), (time(11, 59), False), (time(12, 0, 1), False)],
)
def test_only_midnight_and_noon_exactly_are_traps(clock: time, is_trap: bool) -> None:
    wall = datetime.combine(date(2026, 3, 10), clock)

    assert ("midnight-noon" in failed(with_embargo(wall))) is is_trap


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("x" * 281, "thread-length"),
        ("", "thread-length"),
        (" ", "thread-length"),
        ("a\ufffeb", "thread-length"),
        ("日" * 141, "thread-length"),
        ("$ABC or $DEF", "thread-rules"),
        ("@minister resigns", "thread-rules"),
    ],
)
def test_a_part_that_x_would_refuse_or_hide_fails(part: str, name: str) -> None:
    assert failed(thread("Fine.", part)) & {"thread-length", "thread-rules"} == {name}


@pytest.mark.parametrize("part", ["x" * 280, "日" * 140, "$ABC rose by $5 and $6", "1/2 @minister resigns", "$ABC and US$DEF"])
def test_a_part_that_x_takes_passes(part: str) -> None:
    assert not failed(thread(part)) & {"thread-length", "thread-rules"}


@given(releases())
@settings(max_examples=25)
def test_every_check_is_listed_once_for_any_release_and_composed_threads_pass(content: Release) -> None:
    results = run_checks(subject(content))

    assert [result.name for result in results] == [check.name for check in CHECKS]
    assert all(result.message and result.remedy for result in results)
    assert not failed(subject(content)) & {"thread-length", "thread-rules"}


def test_only_errors_block_and_a_waiver_lets_one_pass() -> None:
    results = run_checks(subject(release(body=(paragraph("a", href="#"),), contacts=())))

    assert [result.name for result in blocking(results, ())] == ["dead-links"]
    assert blocking(results, {"dead-links"}) == ()


def test_waiving_what_is_no_check_names_the_nearest() -> None:
    with pytest.raises(ApprovalRefused, match="dead-links"):
        blocking(run_checks(subject()), {"deadlinks"})


def test_waiving_what_did_not_fail_is_refused() -> None:
    with pytest.raises(ApprovalRefused, match="nothing to waive"):
        blocking(run_checks(subject()), {"dead-links"})


def test_a_lift_that_is_just_now_is_not_over() -> None:
    assert "lift-ahead" not in failed(subject(lift_at=NOW))
    assert "lift-ahead" in failed(subject(lift_at=NOW - timedelta(microseconds=1)))


def test_one_post_is_no_reply() -> None:
    assert "thread-replies" not in failed(replace(thread("One."), no_replies="X refused a reply."))


def test_messages_never_quote_the_release() -> None:
    secret = "Zyzzyva"

    for name, found in WRONG.items():
        told = " ".join(result.message for result in run_checks(found))
        assert secret not in told, name
    spoken = subject(release(headline=f"{secret} TBC", body=(paragraph(f"{secret} [insert date]", href="#"),)))
    assert secret not in " ".join(result.message for result in run_checks(spoken))


def test_every_check_is_documented_as_it_is_and_none_besides(repo_root: Path) -> None:
    """The page's table is the program's own, word for word."""
    text = (repo_root / "docs" / "checks.md").read_text("utf-8")

    written = [row for row in text.splitlines() if row.startswith("| `")]

    assert written == [f"| `{check.name}` | {check.severity.value} | {check.look.__doc__} | {check.remedy} |" for check in CHECKS]
