"""Importing in the browser: nothing is stored before somebody said yes, nobody sees another's file, no file does harm."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from distributor.bootstrap_contacts import contact_edits, contact_keeper, import_jobs
from distributor.core.account import Role, account_id
from distributor.core.ids import ContactNumber, ListName, address_key
from distributor.core.import_job import ImportId, ImportJob, ImportStep
from distributor.intake.spreadsheet import workbook_of
from distributor.store.import_jobs import KEPT
from distributor.web.staff.import_runner import ImportRunner
from tests.flow.newsroom import PRESS
from tests.web.staff.at_desk import at_desk, faults
from tests.web.staff.brought import LIST, bring
from tests.web.staff.conftest import ADMIN, APPROVER, EDITOR, PASSWORD, StaffSite

NASTY = "<img src=x onerror=alert(1)>"


def job_of(site: StaffSite, login: str = EDITOR) -> ImportJob:
    """Return the newest import of somebody, when nobody works on it any more."""
    jobs = import_jobs(site.newsroom.service)
    for _ in range(400):
        (job, *_) = jobs.of(account_id(login))
        if not jobs.progress(job.id).is_running:
            return job
        time.sleep(0.02)
    raise AssertionError("the import does not end")


def brought(site: StaffSite, session: str, content: bytes = LIST, *, name: str = "list.csv", onto: str = "press") -> ImportJob:
    """Bring a file and return the import."""
    answer = bring(site, session, "/imports", content, name=name, new_list=onto)
    assert answer.status == 303, answer.text
    return job_of(site)


def looked_at(site: StaffSite, session: str, content: bytes = LIST, **columns: str) -> ImportJob:
    """Bring a file, confirm its columns as they were guessed unless others are given, and wait for the forecast."""
    job = brought(site, session, content)
    chosen = {f"column.{at}": columns.get(column, dict(job.mapping).get(column, "")) for at, column in enumerate(job.header)}
    send(site, session, job, "columns", chosen)
    return job_of(site)


def send(site: StaffSite, session: str, job: ImportJob, act: str, fields: dict[str, str] | None = None) -> int:
    """Press a button of an import's page."""
    form = {**(fields or {}), "csrf": site.door.sign_in.csrf_of(session)}
    return site.send(f"/imports/{job.id}/{act}", form, session).status


def test_from_a_file_to_people_on_a_list(browser: Browser, site: StaffSite, tmp_path: Path) -> None:
    """The whole way, by somebody who has never imported before; the columns are remembered for the next file."""
    file = tmp_path / "reporters.csv"
    file.write_bytes(LIST)
    page = at_desk(browser, site, EDITOR, width=360)
    page.goto("/people")
    page.get_by_role("link", name="Import a media list").click()
    page.get_by_label("The file").set_input_files(file)
    page.get_by_label("Onto a new list").fill("Press CH")
    page.get_by_role("button", name="Look at its columns").click()
    expect(page.get_by_role("alert")).to_contain_text("no name for a media list")
    page.get_by_label("Onto a new list").fill("press-ch")
    page.get_by_label("The file").set_input_files(file)
    page.get_by_role("button", name="Look at its columns").click()

    expect(page.get_by_label("E-Mail")).to_have_value("email")
    expect(page.get_by_label("Kanal")).to_have_value("")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_label("Kanal").select_option("outlet")
    page.get_by_role("button", name="See what would happen").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("This would happen", timeout=15_000)
    expect(page.get_by_role("row", name="4 email")).to_contain_text("mailed")
    assert site.newsroom.service.book.lists() == {}
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Imported", timeout=15_000)
    page.get_by_role("link", name="Look at the list").click()
    expect(page.get_by_text("2 people")).to_be_visible()
    page.get_by_role("link", name="Ines Roy").click()
    expect(page.get_by_role("definition").filter(has_text="The Paper")).to_be_visible()
    assert contact_edits(site.newsroom.service).mapping_of(ListName("press-ch"))["Kanal"] == "outlet"


def test_the_forecast_says_field_by_field_what_would_change_and_stores_nothing(site: StaffSite) -> None:
    session, service = site.sign_in(EDITOR), site.newsroom.service
    site.newsroom.people("ines@paper.example", "jon@radio.example", "gone@paper.example")
    service.suppressions.add("jon@radio.example", reason="asked", by="x", at=datetime.now(UTC))
    number = ContactNumber(service.book.find("gone@paper.example") or 0)
    service.left_lists.leave(PRESS, address_key("gone@paper.example"), number, reason="r", by="r", at=datetime.now(UTC))

    job = looked_at(site, session, LIST + b"Gone,gone@paper.example,,\nIna,ines@paper.example,,\n", Kanal="outlet")
    page = site.get(f"/imports/{job.id}", session).text

    assert job.sums is not None
    assert (job.step, job.sums.added, job.sums.changed, job.sums.wrong, job.sums.merged) == (ImportStep.READY, 0, 3, 1, 1)
    assert (job.sums.suppressed, job.sums.left_before) == (1, 1)
    assert "<ins><bdi>The Paper</bdi></ins>" in page
    assert "1 of them is suppressed and stays so" in page
    assert contact_keeper(service).dossier("ines@paper.example").contact.name == ""

    assert send(site, session, job, "store") == 303
    done = job_of(site)
    assert done.step is ImportStep.DONE
    assert contact_keeper(service).dossier("ines@paper.example").contact.name == "Ines Roy"
    assert service.suppressions.find("jon@radio.example") is not None
    assert contact_keeper(service).dossier("gone@paper.example").lists == ()
    assert import_jobs(service).content(job.id) is None, "the file is gone"
    assert done.changed == (), "and what stood in it"


def test_a_button_pressed_twice_and_a_file_imported_twice_change_nothing(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    job = looked_at(site, session)

    assert [send(site, session, job, "store") for _ in range(3)] == [303] * 3
    assert job_of(site).step is ImportStep.DONE
    again = looked_at(site, session)

    assert again.sums is not None
    assert (again.sums.added, again.sums.changed, again.sums.unchanged) == (0, 0, 2)
    imports = [entry for entry in site.newsroom.service.audit.entries() if entry.action == "contacts.imported"]
    assert [(entry.by, entry.subject) for entry in imports] == [("Eda Writes", "press")]


def test_nobody_reaches_what_somebody_else_has_brought(site: StaffSite) -> None:
    job = looked_at(site, site.sign_in(EDITOR))
    other = "ed2@desk.example.org"
    site.door.keeper.add(name="Edo Other", login=other, roles=[Role.EDITOR], password=PASSWORD, by="x")
    stranger = site.sign_in(other)

    for act in ("columns", "again", "store", "rows", "drop"):
        assert send(site, stranger, job, act) == 404
    for path in (f"/imports/{job.id}", f"/imports/{job.id}/progress"):
        assert site.get(path, stranger).status == 404
    assert f"/imports/{job.id}" not in site.get("/imports", stranger).text
    assert job_of(site).step is ImportStep.READY
    for login in (ADMIN, APPROVER):
        assert site.get(f"/imports/{job.id}", site.sign_in(login)).status == 403


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("list.csv", b"", "No file came"),
        ("list.csv", b"%PDF-1.7 ...", "This is a PDF, and no table"),
        ("list.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "an old workbook"),
        ("list.csv", b"name,email\nJos\xe9,jose@paper.example\n", "This is not UTF-8"),
        ("list.csv", b"\0\0\0\0", "NUL"),
        ("list.csv", b"ines@paper.example\n", "no header"),
        ("list.csv", b"\n  \n\n", "empty"),
        ("list.csv", b"a,b\n" + b"x" * 200_000, "longer than 100,000"),
        ("list.csv", ",".join(f"c{n}" for n in range(300)).encode(), "more than 200 columns"),
        ("list.xlsx", b"PK\x03\x04 no zip", "cannot be read"),
        ("../../etc/passwd", b'"open', "quotation mark"),
    ],
)
def test_a_file_that_is_no_media_list_gets_a_clear_word(site: StaffSite, name: str, content: bytes, said: str) -> None:
    session = site.sign_in(EDITOR)

    answer = bring(site, session, "/imports", content, name=name, new_list="press")

    assert (answer.status, said in answer.text) == (422, True), answer.text[-2000:]
    assert ('role="alert"' in answer.text, 'value="press"' in answer.text) == (True, True)
    assert site.newsroom.service.book.lists() == {}
    assert import_jobs(site.newsroom.service).of(account_id(EDITOR)) == []


def test_a_stranger_brings_no_large_file(site: StaffSite) -> None:
    content = b"x" * (6 << 20)

    assert bring(site, "no session", "/imports", content, new_list="press").status == 413
    assert bring(site, site.sign_in(EDITOR), "/imports", b"email\n" + content[:100], new_list="press").status == 303


def test_a_bomb_is_not_unpacked(site: StaffSite) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb, bomb.open("xl/sharedStrings.xml", "w") as part:
        for _ in range(520):
            part.write(b"\0" * (1 << 20))

    answer = bring(site, site.sign_in(EDITOR), "/imports", packed.getvalue(), name="list.xlsx", new_list="press")

    assert (answer.status, "more than 500 MB" in answer.text) == (422, True)


def test_a_file_that_breaks_in_the_middle_stores_nothing_of_it(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)

    job = looked_at(site, session, b"name,email\n" + b"A,a@paper.example\n" * 2000 + b'"open,b@paper.example\n')
    page = site.get(f"/imports/{job.id}", session).text

    assert job.step is ImportStep.FAILED
    assert "list.csv:2002" in page
    assert site.newsroom.service.book.lists() == {}
    assert send(site, session, job, "store") == 303
    assert job_of(site).step is ImportStep.FAILED, "what cannot be read is not stored, whatever is pressed"


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"column.0": "name", "column.1": ""}, "No column holds e-mail addresses"),
        ({"column.0": "email", "column.1": "email"}, "Two columns"),
        ({"column.1": "email", "column.0": "is_admin"}, "no field"),
    ],
)
def test_columns_that_cannot_be_are_refused_as_they_were_chosen(site: StaffSite, columns: dict[str, str], said: str) -> None:
    session = site.sign_in(EDITOR)
    job = brought(site, session)

    answer = site.send(f"/imports/{job.id}/columns", {**columns, "csrf": site.door.sign_in.csrf_of(session)}, session)

    assert (answer.status, said in answer.text) == (422, True)
    assert job_of(site).step is ImportStep.COLUMNS


def test_a_workbook_is_imported_and_formulas_in_it_run_nowhere(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    book = workbook_of([["Name", "E-Mail", "Note"], ["=HYPERLINK(1)", "eve@paper.example", "@SUM(A1)"]])

    job = looked_at(site, session, book)
    send(site, session, job, "store")
    job_of(site)
    rows = list(csv.reader(io.StringIO(site.post("/lists/press/export", session).text)))

    assert rows[1][1] == "'=HYPERLINK(1)"


def test_rows_that_are_wrong_can_be_saved_mended_and_imported(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    job = looked_at(site, session, LIST + b"=1+1,nobody,,\n")

    answer = site.post(f"/imports/{job.id}/rows", session)
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    assert rows[0] == ["Name", "E-Mail", "Kanal", "Tags", "problem"]
    assert [row[0] for row in rows[1:]] == ["Kim", "'=1+1"]


def test_a_script_in_any_part_of_a_file_stays_text(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    table = f"name,email,{NASTY}\n{NASTY},a@paper.example,{NASTY}\n{NASTY},{NASTY},x\n".encode()
    site.newsroom.people("a@paper.example")

    job = brought(site, session, table, name=f"{NASTY}.csv")
    pages = [site.get(f"/imports/{job.id}", session).text, site.get("/imports", session).text]
    send(site, session, job, "columns", {"column.0": "name", "column.1": "email"})
    job_of(site)
    pages.append(site.get(f"/imports/{job.id}", session).text)

    assert all("<img src" not in page and "&lt;img src" in page for page in pages)


def test_an_import_that_was_cut_off_says_so_and_goes_on(site: StaffSite) -> None:
    """As after the death of the process that worked on it: the claim has ended, and the step has not."""
    session, jobs = site.sign_in(EDITOR), import_jobs(site.newsroom.service)
    job = looked_at(site, session)
    jobs.save(replace(job, step=ImportStep.STORING))

    page = site.get(f"/imports/{job.id}", session).text
    part = site.get(f"/imports/{job.id}/progress", session)

    assert "This was cut off" in page
    assert part.headers["hx-refresh"] == "true"
    assert send(site, session, job, "store") == 303
    assert job_of(site).step is ImportStep.DONE


def test_an_import_that_ends_with_its_process_goes_on_in_another(site: StaffSite) -> None:
    """The process stops in the middle of storing; the next one begins anew, and everybody is on the list once."""
    service, jobs = site.newsroom.service, import_jobs(site.newsroom.service)
    people = "".join(f"Name {number},r{number}@paper{number % 50}.example\n" for number in range(20_000))
    job = looked_at(site, site.sign_in(EDITOR), f"name,email\n{people}".encode())
    first, second = ImportRunner(service), ImportRunner(service)

    first.store(job, by="Eda Writes")
    while jobs.progress(job.id).total == 0 and jobs.progress(job.id).is_running:
        time.sleep(0.01)
    first.close()
    cut_off = job_of(site)
    second.store(cut_off, by="Eda Writes")
    done = job_of(site)
    second.close()

    assert (cut_off.step, done.step) == (ImportStep.STORING, ImportStep.DONE)
    assert done.sums is not None
    assert done.sums.added + done.sums.unchanged == 20_000
    assert done.sums.unchanged > 0, "some had been stored before"
    assert service.book.lists() == {PRESS: 20_000}


def test_a_file_that_nobody_comes_back_to_is_forgotten(site: StaffSite) -> None:
    client = site.newsroom.service.client
    job = brought(site, site.sign_in(EDITOR))

    lives = [timedelta(seconds=int(client.ttl(key))) for key in client.scan_iter(match=f"*{job.id}*")]

    assert len(lives) == 2
    assert all(timedelta(0) < life <= KEPT for life in lives)


def test_somebody_has_a_few_files_open_and_not_more(site: StaffSite) -> None:
    session, jobs = site.sign_in(EDITOR), import_jobs(site.newsroom.service)
    made = [brought(site, session).id for _ in range(4)]

    assert [jobs.content(ImportId(name)) is None for name in made] == [True, False, False, False]
    assert [job.id for job in jobs.of(account_id(EDITOR))] == list(reversed(made[1:]))


def test_a_file_of_suppressions_is_looked_at_before_it_silences_anybody(site: StaffSite) -> None:
    session, service = site.sign_in(EDITOR), site.newsroom.service
    service.suppressions.add("old@paper.example", reason="r", by="x", at=datetime.now(UTC))
    content = b"old@paper.example\nnew@paper.example\nno address\n"

    asked = bring(site, session, "/suppressions/file", content)
    (job, *_) = import_jobs(service).of(account_id(EDITOR))
    path = f"/suppressions/file/{job.id}"
    foreign = site.post(path, site.sign_in(ADMIN), reason="x")
    unsaid = site.post(path, session)
    untouched = service.suppressions.count()
    said = site.post(path, session, reason="moved over")

    assert (asked.status, foreign.status, unsaid.status, said.status) == (200, 404, 422, 303)
    assert ("Line 3" in asked.text, untouched, service.suppressions.count()) == (True, 1, 2)
    assert site.post(path, session, reason="again").status == 404
    assert site.get(f"/imports/{job.id}", session).status == 404
    assert bring(site, session, "/suppressions/file", b"%PDF-1").status == 422
