"""Report pages: every recipient by pages and by search, files whose names tell nothing, and a proof that holds."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest

from distributor.core.audience import Contact
from distributor.core.delivery import State
from distributor.core.ids import ContactNumber, DispatchId, MasterKey
from distributor.core.plan import Batch
from distributor.flow.proof import is_on_record, verify
from distributor.store.recipients import RedisRecipients
from tests.flow.newsroom import EMAIL, PRESS, X
from tests.web.staff.conftest import APPROVER, EDITOR, StaffSite


@pytest.fixture
def sent(site: StaffSite) -> DispatchId:
    """Return a dispatch to 120 people and a thread, done."""
    site.newsroom.crowd(120)
    plan = site.newsroom.schedule(site.newsroom.approved(), channels=(EMAIL, X))
    site.newsroom.work()
    return plan.dispatch


def test_the_recipients_come_page_by_page_and_by_state(site: StaffSite, sent: DispatchId) -> None:
    session, base = site.sign_in(EDITOR), f"/dispatches/{sent}/report"

    pages = [site.get(f"{base}?from={begin}", session).text for begin in (0, 50, 100)]
    accepted = site.get(f"{base}?state=accepted&from=100", session).text
    none = site.get(f"{base}?state=bounced", session).text
    odd = [site.get(f"{base}?{query}", session) for query in ("from=-1", "from=x", "from=99999999999999999999", "state=<b>")]

    assert [page.count("@news.example") for page in pages] == [50, 50, 20]
    assert ("from=100" in pages[1], "from=0" in pages[1], "from=" in pages[2].split("<nav")[-1]) == (True, True, True)
    assert accepted.count("@news.example") == 20
    assert "Nobody is bounced" in none
    assert {answer.status for answer in odd} == {200}


def test_one_recipient_is_found_by_a_form(site: StaffSite, sent: DispatchId) -> None:
    session, base = site.sign_in(EDITOR), f"/dispatches/{sent}/report"
    site.newsroom.service.book.add_to_list(PRESS, [Contact(address="late@news.example")], at=site.newsroom.service.clock.now())

    found = site.post(base, session, text="r77@news.example").text
    late = site.post(base, session, text="late@news.example").text
    nasty = site.post(base, session, text="<script>alert(1)</script>").text

    assert (found.count("r77@news.example</bdi></a>"), "accepted" in found) == (1, True)
    assert "None of the recipients fits" in late
    assert "<script>alert" not in nasty


def test_files_tell_everything_and_their_names_nothing(site: StaffSite, sent: DispatchId, tmp_path: Path) -> None:
    session, base = site.sign_in(EDITOR), f"/dispatches/{sent}"

    table = site.post(f"{base}/report.csv", session)
    shape = site.post(f"{base}/report.json", session)
    proof = site.post(f"{base}/proof", session)

    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    read = json.loads(shape.text)
    assert sorted(row["recipient"] for row in rows if row["channel"] == "email") == sorted(
        f"r{n}@news.example" for n in range(120)
    )
    assert [row["state"] for row in rows if row["channel"] == "x"] == ["live"] * len([r for r in rows if r["channel"] == "x"])
    assert [{**row, "attempts": int(row["attempts"])} for row in rows] == read["rows"]
    exact = json.dumps(read["rows"], sort_keys=True, separators=(",", ":")).encode()
    assert read["rows_sha256"] == hashlib.sha256(exact).hexdigest()
    assert read["status"]["state"] == "done"
    assert [answer.headers["content-disposition"] for answer in (table, shape, proof)] == [
        f'attachment; filename="report-{sent}.csv"',
        f'attachment; filename="report-{sent}.json"',
        f'attachment; filename="proof-{sent}.html"',
    ]
    (tmp_path / "proof.html").write_text(proof.text, "utf-8", newline="")
    checked = verify(tmp_path / "proof.html")
    assert checked.is_intact
    assert is_on_record(checked.stated, dispatch=sent, audit=site.newsroom.service.audit)
    exported = [one for one in site.newsroom.service.audit.entries(subject=sent) if one.action == "dispatch.exported"]
    assert [one.by for one in exported] == ["Eda Writes", "Eda Writes"]


def test_the_summary_names_who_approved_and_what_went_wrong(site: StaffSite) -> None:
    site.newsroom.crowd(3)
    plan = site.newsroom.schedule(site.newsroom.approved())
    site.newsroom.sandbox.play({"provider": "sendgrid", "kind": "cut-after-accept", "next": 1})
    site.newsroom.work()
    site.newsroom.sandbox.play()

    page = site.get(f"/dispatches/{plan.dispatch}/report", site.sign_in(APPROVER)).text

    assert "Ben Okri" in page
    assert "3 in doubt" in page
    assert "What went wrong" in page
    assert "the connection failed" in page


def test_before_the_lift_the_report_says_that_nothing_has_left(site: StaffSite) -> None:
    site.newsroom.crowd(3)
    plan = site.newsroom.schedule(site.newsroom.approved(), lift_in=timedelta(hours=1))
    session = site.sign_in(APPROVER)

    page = site.get(f"/dispatches/{plan.dispatch}/report", session).text

    assert ("Nothing has left." in page, "3 have not left yet" in page) == (True, True)
    assert site.post("/dispatches/dnone/proof", session).status == 404
    assert site.get("/dispatches/dnone/report", session).status == 404


def test_of_many_recipients_only_a_page_is_read(site: StaffSite) -> None:
    """Three hundred thousand in one state, one in another at the end: pages stay bounded, and the one is reached."""
    count, dispatch = 300_000, DispatchId("dmany")
    service = site.newsroom.service
    numbers = [ContactNumber(number) for number in range(1, count + 1)]
    batches = [Batch(start=at, count=1000, master=MasterKey("en")) for at in range(0, count, 1000)]
    service.dispatches.commit(dispatch, EMAIL, batches=batches, members=numbers, suppressed=0)
    service.client.setrange(f"d:{{{dispatch}}}:email:states", count - 1, b"B")
    recipients = RedisRecipients(service.client)

    page = recipients.page(dispatch, state=State.BOUNCED, begin=0, most=50)
    looked = [page]
    while page.after is not None:
        page = recipients.page(dispatch, state=State.BOUNCED, begin=page.after, most=50)
        looked.append(page)
    middle = recipients.page(dispatch, state=None, begin=150_000, most=2)
    some = recipients.of(dispatch, [ContactNumber(256), ContactNumber(65_536), ContactNumber(16_777_216), ContactNumber(299_999)])

    assert [one.found for one in looked][-1] == ((count - 1, ContactNumber(count), State.BOUNCED),)
    assert middle.found == ((150_000, 150_001, State.PLANNED), (150_001, 150_002, State.PLANNED))
    assert [(index, number) for index, number, _ in some.found] == [(255, 256), (65_535, 65_536), (299_998, 299_999)]
    assert middle.after == 150_002
