"""Every check of the table fails on what it is for, and on nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from distributor.core.checks import CHECKS, blocking, run_checks
from distributor.core.checks_subject import CheckSubject, Severity
from distributor.core.embargo import Embargo, LocalTime
from distributor.core.errors import ApprovalRefused
from distributor.core.ids import Language
from distributor.core.message import ChannelName, Sender, ThreadMaster
from distributor.core.release import Image, Quotation
from tests.core.factories import NOW, email_master, paragraph, release, subject

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


@pytest.mark.parametrize("text", ["Size XXL", "the TBCs", "a [sic] remark", "Louis XX was no king"])
def test_words_that_only_look_like_placeholders_pass(text: str) -> None:
    is_roman = "XX " in text

    assert ("placeholder" in failed(subject(release(body=(paragraph(text),))))) is is_roman


def test_dead_links_are_one_finding_that_names_its_lines() -> None:
    targets = (("#", 4), ("", 9), ("https://", 9))
    dead = release(body=tuple(paragraph("here", href=target, line=line) for target, line in targets))

    (result,) = (found for found in run_checks(subject(dead)) if found.name == "dead-links")

    assert (result.passed, result.severity) == (False, Severity.ERROR)
    assert "3 links lead nowhere (line 4, 9)" in result.message


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


def test_messages_never_quote_the_release() -> None:
    secret = "Zyzzyva"

    for name, found in WRONG.items():
        told = " ".join(result.message for result in run_checks(found))
        assert secret not in told, name
    spoken = subject(release(headline=f"{secret} TBC", body=(paragraph(f"{secret} [insert date]", href="#"),)))
    assert secret not in " ".join(result.message for result in run_checks(spoken))


def test_every_check_is_documented_as_it_is(repo_root: Path) -> None:
    text = (repo_root / "docs" / "checks.md").read_text("utf-8")

    for check in CHECKS:
        assert f"| `{check.name}` | {check.severity.value} |" in text
        assert check.remedy in text
