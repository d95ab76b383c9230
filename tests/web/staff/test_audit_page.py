"""The audit in the browser: sentences that lead to the things, looked through and exported in bounded steps."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import orjson
import pytest

from distributor.core.audit_words import sentence_of
from distributor.core.ids import address_key
from distributor.ports import AuditEntry
from tests.web.api.program import Program
from tests.web.staff.conftest import ADMIN, APPROVER, EDITOR, StaffSite

NASTY = "<script>alert(1)</script>"


def told(html: str) -> list[str]:
    """Return the sentences of a page as a person reads them."""
    return [re.sub(r"<[^>]*>", "", line) for line in re.findall(r'<p class="sentence">(.*?)</p>', html)]


def write(site: StaffSite, action: str, subject: str, *, by: str = "Ana", reason: str = "", **facts: str) -> None:
    entry = AuditEntry(at=datetime.now(UTC), by=by, action=action, subject=subject, reason=reason, facts=tuple(facts.items()))
    site.newsroom.service.audit.append(entry)


def test_what_happened_reads_as_sentences_with_links_to_the_things(site: StaffSite) -> None:
    site.newsroom.people("ines@paper.example")
    stored = site.newsroom.approved()
    plan = site.newsroom.schedule(stored)
    write(site, "contact.edited", address_key("ines@paper.example"), fields="name,outlet")
    write(site, "contact.erased", address_key("gone@paper.example"), reason="their request")

    answer = site.get("/audit", site.sign_in(APPROVER))

    lines = told(answer.text)
    assert "Ana changed the name, outlet of person 1" in lines
    assert "Ana erased for good a person who was erased: “their request”" in lines
    assert f"Ben Okri approved release {stored.release_id}, revision 1" in lines
    assert any(line.startswith(f"Ana Lima took in revision 1 of release {stored.release_id}") for line in lines)
    assert "Eda Writes signed in" not in lines
    assert any("added the account Eda Writes as editor" in line for line in lines)
    for path in (f"/releases/{stored.release_id}", f"/dispatches/{plan.dispatch}", "/people/1"):
        assert f'href="{path}"' in answer.text
    assert "ines@" not in answer.text


def test_it_is_looked_through_by_area_person_day_and_subject(site: StaffSite) -> None:
    session = site.sign_in(ADMIN)
    write(site, "list.created", "press", by="Pia Önal")
    write(site, "release.added", "rabc", revision="1")

    def shown(**asked: str) -> list[str]:
        return told(site.send("/audit", {**asked, "csrf": site.door.sign_in.csrf_of(session)}, session).text)

    assert shown(by="pia önal") == ["Pia Önal made the list press"]
    assert shown(area="people and lists") == ["Pia Önal made the list press"]
    assert shown(area="list.created") == ["Pia Önal made the list press"]
    assert shown(area="list.deleted") == []
    assert shown(subject="rabc") == ["Ana took in revision 1 of release rabc"]
    assert shown(since="2999-01-01") == []
    assert shown(until="2020-01-01") == []
    assert len(shown(since="no day", until="", area="no area")) > 4
    assert told(site.get("/audit?subject=rabc", session).text) == ["Ana took in revision 1 of release rabc"]


def test_older_lines_are_on_further_pages(site: StaffSite) -> None:
    session = site.sign_in(ADMIN)
    for number in range(230):
        write(site, "release.added", f"r{number}", revision="1")

    first = site.post("/audit", session, area="releases")
    before = re.search(r'name="before" value="([^"]+)"', first.text)
    assert before is not None
    second = site.post("/audit", session, area="releases", before=before[1])

    assert (len(told(first.text)), len(told(second.text))) == (100, 100)
    assert told(second.text)[0] == "Ana took in revision 1 of release r129"


def test_the_export_has_all_that_was_asked_for_and_runs_in_no_spreadsheet(site: StaffSite) -> None:
    session = site.sign_in(ADMIN)
    write(site, "release.added", "rabc", by="=cmd()", reason="@now", revision="1")

    table = list(csv.DictReader(io.StringIO(site.post("/audit/export", session, subject="rabc").text.removeprefix("\ufeff"))))
    lines = site.post("/audit/export", session, subject="rabc", format="json").text.splitlines()

    assert [(row["by"], row["reason"], row["facts"]) for row in table] == [("'=cmd()", "'@now", "revision=1")]
    assert [orjson.loads(line)["by"] for line in lines] == ["=cmd()"]
    assert "exported the audit" in told(site.get("/audit", session).text)[0]
    assert site.post("/audit/export", site.sign_in(EDITOR)).status == 403


def test_a_script_in_any_part_of_a_line_stays_text(site: StaffSite) -> None:
    write(site, NASTY, NASTY, by=NASTY, reason=NASTY, note=NASTY)
    write(site, "list.created", NASTY, by=NASTY)

    answer = site.post("/audit", site.sign_in(ADMIN), by=NASTY, subject="", area=NASTY)

    assert answer.status == 200
    assert NASTY not in answer.text


@pytest.mark.parametrize(
    ("action", "facts", "said"),
    [
        ("release.approved", (("revision", "2"),), "approved release, revision 2"),
        ("release.approved", (), "approved release"),
        ("list.left", (("lists", "press,radio"),), "left press, radio, written to by dispatch"),
        ("thing.done", (("n", "1"),), "did thing.done to"),
    ],
)
def test_a_line_of_any_version_is_said(action: str, facts: tuple[tuple[str, str], ...], said: str) -> None:
    found = sentence_of(action, facts)

    assert found.verb + found.rest == said


def test_days_at_the_ends_of_the_calendar_are_no_defect(site: StaffSite) -> None:
    session, program = site.sign_in(APPROVER), Program.of(site, APPROVER)

    pages = [site.get(f"/audit?since={day}&until={day}", session).status for day in ("0001-01-01", "9999-12-31")]
    ends = "since=0001-01-01T00:00:00%2B14:00&until=9999-12-31T23:59:59-14:00"

    assert pages == [200, 200]
    assert program.get(f"/audit?{ends}")["items"] != []
    assert program.get("/audit?since=9999-12-31T23:59:59-14:00")["items"] == []
