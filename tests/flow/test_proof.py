"""The proof of a dispatch: true to the ledger, honest about what has not happened, and checkable by anybody for years."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from distributor.core.approval import Waiver
from distributor.core.audience import Contact
from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent
from distributor.core.embargo import Embargo, LocalTime
from distributor.core.errors import BadInput, NotFound
from distributor.core.ids import DispatchId, Index
from distributor.core.proof import ERASED
from distributor.core.report import HoldReason
from distributor.flow.proof import PROVED, Prover, is_on_record, verify
from distributor.render.proof import ProofPage
from distributor.resources import resource
from distributor.sandbox.faults import FaultKind
from distributor.store.events import RedisEventStore
from tests.flow.newsroom import EMAIL, PRESS, RELEASE, Newsroom, X


def prover(newsroom: Newsroom) -> Prover:
    service = newsroom.service
    return Prover(
        dispatches=service.dispatches,
        releases=service.releases,
        book=service.book,
        audit=service.audit,
        clock=service.clock,
        page=ProofPage(resource("templates", "report")),
        desk_zone="Europe/Zurich",
        made_with="Distributor 1",
    )


def data_of(file: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return head and rows as anybody would read them who has only the file."""
    lines = file.read_text("utf-8").split('<template id="data">\n')[1].split("</template>")[0].splitlines()
    head, *rows = [json.loads(line) for line in lines]
    return head, [dict(zip(head["columns"], row, strict=True)) for row in rows]


def test_a_proof_says_who_got_what_when_and_by_whose_word(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.crowd(3)
    plan = newsroom.schedule(newsroom.approved(), channels=(EMAIL, X))
    newsroom.work()

    written = prover(newsroom).write(tmp_path / "proof.html", plan.dispatch, by="Ana Lima")

    page = (tmp_path / "proof.html").read_text("utf-8")
    head, rows = data_of(tmp_path / "proof.html")
    parts = dict(newsroom.status(plan.dispatch).channels)[X].parts
    assert written.title == head["title"] == "Proof of dispatch"
    assert written.rows == len(rows) == 3 + len(parts)
    assert [approval["by"] for approval in head["approvals"]] == ["Ben Okri"]
    assert head["acts"][0]["by"] == "Ana Lima"
    assert head["seal"] == plan.seal
    assert head["headline"] == RELEASE.headline
    for told in (RELEASE.headline, plan.seal, "Ben Okri", "Press Desk &lt;press@campaign.example&gt;", "1 Square, Geneva"):
        assert told in page
    emails = [row for row in rows if row["channel"] == "email"]
    assert {row["recipient"] for row in emails} == {f"r{n}@news.example" for n in range(3)}
    assert {row["state"] for row in emails} == {"accepted"}
    assert all(row["sent_at"] >= head["lift_at"] and row["settled_at"] >= row["sent_at"] and row["remote_id"] for row in emails)
    thread = [row for row in rows if row["channel"] == "x"]
    assert [(row["remote_id"], row["url"]) for row in thread] == [(part.remote_id, part.url) for part in parts]
    assert all(f'href="{part.url}"' in page for part in parts)


def test_the_text_of_the_release_stays_out_but_for_its_headline(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.crowd(1)
    plan = newsroom.schedule(newsroom.approved(), channels=(EMAIL, X))
    newsroom.work()

    prover(newsroom).write(tmp_path / "proof.html", plan.dispatch, by="Ana Lima")

    page = (tmp_path / "proof.html").read_text("utf-8")
    assert "walk to school again" not in page
    assert "The path is open" not in page


def test_before_the_lift_a_proof_says_that_nothing_has_left_and_keeps_the_headline_to_itself(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    newsroom.crowd(2)
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(hours=1))

    written = prover(newsroom).write(tmp_path / "proof.html", plan.dispatch, by="Ana Lima")

    _, rows = data_of(tmp_path / "proof.html")
    assert written.title == "Proof of dispatch: nothing has left yet"
    assert f"<title>{written.title}" in (tmp_path / "proof.html").read_text("utf-8")
    assert RELEASE.headline not in (tmp_path / "proof.html").read_text("utf-8")
    assert [(row["state"], row["sent_at"], row["remote_id"]) for row in rows] == [("planned", "", "")] * 2


def test_who_was_not_written_to_has_neither_a_time_nor_an_id(newsroom: Newsroom, tmp_path: Path) -> None:
    """A batch's time and id are those of the others in it."""
    newsroom.crowd(3)
    plan = newsroom.schedule(newsroom.approved())
    newsroom.service.suppressions.add("r1@news.example", reason="asked", by="Lena", at=datetime.now(UTC))
    newsroom.work()

    prover(newsroom).write(tmp_path / "proof.html", plan.dispatch, by="Ana Lima")

    head, rows = data_of(tmp_path / "proof.html")
    (left_alone,) = [row for row in rows if row["recipient"] == "r1@news.example"]
    assert (left_alone["state"], left_alone["sent_at"], left_alone["remote_id"]) == ("suppressed", "", "")
    assert head["channels"][0]["counts"] == [["accepted", 2], ["suppressed", 1]]


def test_the_provider_s_last_word_on_each_recipient_counts(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.crowd(2)
    plan = newsroom.schedule(newsroom.approved())
    newsroom.work()
    events = [
        DeliveryEvent(dispatch=plan.dispatch, index=Index(index), state=state, at=datetime.now(UTC))
        for index, state in enumerate((State.DELIVERED, State.BOUNCED))
    ]
    RedisEventStore(newsroom.service.client).apply(plan.dispatch, events)

    prover(newsroom).write(tmp_path / "proof.html", plan.dispatch, by="Ana Lima")

    _, rows = data_of(tmp_path / "proof.html")
    assert [row["state"] for row in rows] == ["delivered", "bounced"]


def test_the_erased_stay_erased_and_nobody_takes_their_place(newsroom: Newsroom, tmp_path: Path) -> None:
    from distributor.bootstrap_contacts import contact_keeper

    newsroom.service.book.add_to_list(
        PRESS, [Contact(address=f"r{n}@news.example", name=f"Name {n}", outlet=f"Outlet {n}") for n in range(4)],
        at=datetime.now(UTC),
    )  # fmt: skip
    plan = newsroom.schedule(newsroom.approved())
    newsroom.work()
    for gone in ("r0@news.example", "r2@news.example", "r3@news.example"):
        contact_keeper(newsroom.service).erase(gone, by="Lena", reason="asked")

    prover(newsroom).write(tmp_path / "proof.html", plan.dispatch, by="Ana Lima")

    _, rows = data_of(tmp_path / "proof.html")
    assert [(row["recipient"], row["name"]) for row in rows] == [
        (ERASED, ""), ("r1@news.example", "Name 1"), (ERASED, ""), (ERASED, ""),
    ]  # fmt: skip
    assert "Outlet 2" not in (tmp_path / "proof.html").read_text("utf-8")


def test_holds_and_decisions_are_told_with_their_reasons(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.crowd(1)
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(hours=1))
    controller = newsroom.service.controller
    controller.hold(plan.dispatch, by="Lena", reason="the minister calls")
    controller.resume(plan.dispatch, by="Amadou", reason="she is content", may_start_for=timedelta(hours=1))
    controller.hold(plan.dispatch, by="Lena", reason="again")

    prover(newsroom).write(tmp_path / "proof.html", plan.dispatch, by="Ana Lima")

    head, _ = data_of(tmp_path / "proof.html")
    assert [(act["by"], act["what"], act["reason"]) for act in head["acts"]] == [
        ("Ana Lima", "scheduled it", ""),
        ("Lena", "held it", "the minister calls"),
        ("Amadou", "let it go on", "she is content"),
        ("Lena", "held it", "again"),
    ]
    assert head["hold"] == f"held by Lena, reason: {HoldReason.STAFF.value} (again)"


def test_what_is_in_doubt_and_how_it_was_settled_is_told(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.crowd(2)
    plan = newsroom.schedule(newsroom.approved())
    newsroom.sandbox.play({"provider": "sendgrid", "kind": FaultKind.CUT_AFTER_ACCEPT.value, "next": 1})
    newsroom.work()
    prover(newsroom).write(tmp_path / "before.html", plan.dispatch, by="Ana Lima")
    newsroom.service.controller.settle(plan.dispatch, should_send_again=False, by="Lena", reason="seen in their log")

    prover(newsroom).write(tmp_path / "after.html", plan.dispatch, by="Ana Lima")

    before, after = data_of(tmp_path / "before.html"), data_of(tmp_path / "after.html")
    assert before[0]["title"] == "Proof of dispatch, as far as it has come"
    assert {row["state"] for row in before[1]} == {"unknown"}
    assert all(row["sent_at"] and row["why"] for row in before[1])
    assert {row["state"] for row in after[1]} == {"accepted"}
    assert after[0]["acts"][-1]["what"] == "settled 2 in doubt: counted as sent"
    assert after[0]["acts"][-1]["reason"] == "seen in their log"


def test_a_check_that_was_waived_is_told_with_its_reason(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.crowd(1)
    stored = newsroom.take_in(replace(RELEASE, contacts=()))
    waiver = Waiver(check="press-contact", reason="they all know her", by="Ben Okri")
    newsroom.service.approver.approve(stored.release_id, by="Ben Okri", waivers=(waiver,))
    plan = newsroom.schedule(stored, lift_in=timedelta(hours=1))

    prover(newsroom).write(tmp_path / "proof.html", plan.dispatch, by="Ana Lima")

    head, _ = data_of(tmp_path / "proof.html")
    assert [(act["by"], act["what"], act["reason"]) for act in head["waivers"]] == [
        ("Ben Okri", "press-contact", "they all know her")
    ]
    assert "they all know her" in (tmp_path / "proof.html").read_text("utf-8")


def test_the_embargo_stands_as_the_officer_wrote_it(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.crowd(1)
    local = LocalTime(wall=datetime(2020, 11, 23, 10, 0), zone="Europe/Kyiv")  # noqa: DTZ001 - a clock on a wall
    plan = newsroom.schedule(newsroom.approved(replace(RELEASE, embargo=Embargo(local=local))))

    prover(newsroom).write(tmp_path / "proof.html", plan.dispatch, by="Ana Lima")

    assert "2020-11-23 10:00 Europe/Kyiv" in (tmp_path / "proof.html").read_text("utf-8")


@pytest.fixture
def proved(newsroom: Newsroom, tmp_path: Path) -> Path:
    """Return a proof of a small dispatch."""
    newsroom.crowd(3)
    plan = newsroom.schedule(newsroom.approved())
    newsroom.work()
    prover(newsroom).write(tmp_path / "proof.html", plan.dispatch, by="Ana Lima")
    return tmp_path / "proof.html"


def test_a_proof_is_intact_as_it_was_made_and_the_audit_keeps_its_checksum(newsroom: Newsroom, proved: Path) -> None:
    found = verify(proved)

    (dispatch,) = newsroom.service.dispatches.all()
    (entry,) = [entry for entry in newsroom.service.audit.entries(subject=dispatch) if entry.action == PROVED]
    assert found.is_intact
    assert found.rows == 3
    assert dict(entry.facts) == {"checksum": found.stated, "rows": "3"}
    assert entry.by == "Ana Lima"
    assert is_on_record(found.stated, dispatch=dispatch, audit=newsroom.service.audit)
    assert not is_on_record("0" * 64, dispatch=dispatch, audit=newsroom.service.audit)


def test_anybody_can_recompute_the_checksum_without_this_program(proved: Path) -> None:
    """By the very command that the page prints."""
    (command,) = re.findall(r"<kbd>(sed .*?)</kbd>", proved.read_text("utf-8"))
    command = command.replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'").replace("FILE.html", str(proved))

    said = subprocess.run(["sh", "-c", command], capture_output=True, check=True, text=True).stdout

    assert said.split()[0] == verify(proved).stated


@pytest.mark.parametrize(
    ("before", "after", "is_data_intact"),
    [
        (b"r1@news.example</bdi>", b"r9@news.example</bdi>", True),
        (b'"r1@news.example"', b'"r9@news.example"', False),
        (b"Ben Okri</bdi>", b"Ana Lima</bdi>", True),
        (b"</body>", b"</body> ", True),
        (b"<code id=", b"<code hidden id=", False),
        (b'<template id="data">', b'<template id="gone">', False),
    ],
)
def test_whatever_is_changed_is_noticed(proved: Path, before: bytes, after: bytes, *, is_data_intact: bool) -> None:
    content = proved.read_bytes()
    assert before in content

    proved.write_bytes(content.replace(before, after))

    found = verify(proved)
    assert not found.is_intact
    assert found.is_data_intact is is_data_intact


@pytest.mark.parametrize("kept", [0, 1, 100, -1, -40, -100])
def test_a_proof_that_was_cut_short_is_not_intact(proved: Path, kept: int) -> None:
    whole = proved.read_bytes()
    proved.write_bytes(whole[:kept] if kept != -1 else whole[: len(whole) // 2])

    assert not verify(proved).is_intact


def test_a_page_with_new_checksums_is_not_the_one_on_record(newsroom: Newsroom, proved: Path) -> None:
    """A checksum is no signature; the audit is what a forger does not have."""
    old = verify(proved).stated
    content = proved.read_text("utf-8").replace("r1@news.example", "r9@news.example")
    data = content.split('<template id="data">\n')[1].split("</template>")[0]
    content = content.replace(old, hashlib.sha256(data.encode()).hexdigest()).rpartition("<!-- page")[0]
    page = hashlib.sha256(content.encode()).hexdigest()
    proved.write_text(f"{content}<!-- page sha256 {page} -->\n", "utf-8", newline="\n")

    forged = verify(proved)

    (dispatch,) = newsroom.service.dispatches.all()
    assert forged.is_intact
    assert not is_on_record(forged.stated, dispatch=dispatch, audit=newsroom.service.audit)


def test_a_proof_that_cannot_be_written_leaves_nothing_behind(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.crowd(1)
    plan = newsroom.schedule(newsroom.approved())

    with pytest.raises(BadInput, match=r"proof\.html"):
        prover(newsroom).write(tmp_path / "proof.pdf", plan.dispatch, by="Ana")
    with pytest.raises(BadInput, match="cannot be written"):
        prover(newsroom).write(tmp_path / "nowhere" / "proof.html", plan.dispatch, by="Ana")
    with pytest.raises(NotFound):
        prover(newsroom).write(tmp_path / "proof.html", DispatchId("d0000000"), by="Ana")
    with pytest.raises(BadInput, match="cannot be read"):
        verify(tmp_path / "nowhere.html")

    assert list(tmp_path.iterdir()) == []
    assert all(entry.action != PROVED for entry in newsroom.service.audit.entries())


def test_progress_is_told_to_the_end(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.crowd(5)
    plan = newsroom.schedule(newsroom.approved(), lift_in=timedelta(hours=1))
    told: list[tuple[int, int]] = []

    prover(newsroom).write(tmp_path / "proof.html", plan.dispatch, by="Ana", progress=lambda *steps: told.append(steps))

    assert told[-1] == (10, 10)
