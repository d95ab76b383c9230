"""How a release comes in and is put right: by paste, file and form, item by item, in its languages; and what could break it."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import urllib3
from playwright.sync_api import Browser, Dialog, expect

from distributor.core.ids import Language, ReleaseId
from distributor.core.item import BY_NAME, ITEMS
from distributor.core.release import plain, texts_of
from distributor.core.report import DispatchState
from distributor.core.spoken import spoken_in
from distributor.core.translation import Others
from distributor.intake.write import written
from distributor.ports_releases import StoredRevision
from distributor.web.staff.gate import COOKIE
from tests.flow.newsroom import RELEASE, with_headline
from tests.intake.word_document import paragraph, word_document
from tests.web.staff.at_desk import at_desk, faults
from tests.web.staff.conftest import APPROVER, EDITOR, PASSWORD, Answer, StaffSite

NASTY = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'&lt;"
BODY = "The bridge opens [today](#), “Medalyon” is its name.\n\n“My daughter counted the days,” said Mirela Osmani.\n"
TEXT = f"# The bridge opens again\n\n{BODY}"


def upload(
    site: StaffSite, path: str, session: str, name: str, content: bytes, *, filename: str | None = None, **fields: str
) -> Answer:
    """Send a form with a file, as browsers do; `filename` as it is written into the header."""
    token = site.door.sign_in.csrf_of(session)
    parts: list[tuple[str, str | tuple[str, bytes]]] = [*fields.items(), ("csrf", token), ("file", (name, content))]
    body, kind = urllib3.encode_multipart_formdata(parts)
    if filename is not None:
        body = body.replace(b'filename="x"', b'filename="' + filename.encode() + b'"')
    return site.raw("POST", path, body, {"Cookie": f"{COOKIE}={session}", "Content-Type": kind})


def latest(site: StaffSite, answer: Answer) -> StoredRevision:
    """Return the release to which an answer leads."""
    assert answer.status == 303, answer.text
    name = re.search(r"/releases/(\w+)", answer.headers["location"])
    assert name
    return site.newsroom.service.releases.get(ReleaseId(name[1]))


def fields_of(page: str) -> dict[str, str]:
    """Return what a form would send, as a browser reads it: only what these tests need."""
    found = dict(re.findall(r'<input[^>]*?name="([\w.]+)"[^>]*?value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL))
    plain_fields = re.findall(r'type="(?:radio|checkbox)" name="([\w.]+)"', page)
    chosen = re.findall(r'type="(?:radio|checkbox)" name="([\w.]+)" value="([^"]*)" checked', page)
    return {name: html.unescape(value) for name, value in found.items() if name not in plain_fields} | dict(chosen)


def pasted(site: StaffSite, session: str, text: str = TEXT) -> StoredRevision:
    return latest(site, site.post("/releases/new", session, text=text, kind="md"))


def correct(site: StaffSite, session: str, stored: StoredRevision, item: str, **typed: str) -> Answer:
    """Open the form of an item, change what is named and send it."""
    path = f"/releases/{stored.release_id}/correct/{item}"
    form = fields_of(site.get(path, session).text)
    return site.send(path, form | {name.replace("__", "."): value for name, value in typed.items()}, session)


def test_a_release_by_form_is_put_right_item_by_item_until_nothing_is_wrong(
    browser: Browser, site: StaffSite, tmp_path: Path
) -> None:
    page = at_desk(browser, site, EDITOR)
    page.get_by_role("link", name="New release").first.click()
    page.get_by_role("link", name="Form").click()
    page.get_by_label("Headline").fill("The bridge opens again")
    page.get_by_label("City of the dateline").fill("Geneva")
    page.get_by_label("Date of the lift").fill("2098-04-10")
    page.get_by_label("Text", exact=True).fill(BODY)
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("alert")).to_contain_text("no embargo is chosen")
    expect(page.get_by_label("Text", exact=True)).to_have_value(BODY)
    page.get_by_label("Until this time").check()
    page.get_by_label("Time of day").fill("10:00")
    page.get_by_label("Time zone").fill("Europe/Zurich")
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The bridge opens again")
    expect(page.locator("#embargo")).to_contain_text("2098-04-10 10:00:00 Europe/Zurich = 2098-04-10 08:00:00 UTC")

    page.get_by_role("link", name="Correct: links").click()
    page.get_by_label("“today” leads to").fill("https://example.org/bridge")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("dead-links", exact=True)).to_be_hidden()
    page.get_by_role("link", name="Correct: press contacts").click()
    page.get_by_label("Name").first.fill("Lena Fischer")
    page.get_by_label("E-mail address").first.fill("press@campaign.example")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Correct quotations").click()
    page.get_by_label("Who says it").last.fill("Mirela Osmani, teacher")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#speakers")).to_contain_text("Mirela Osmani, teacher: My daughter")
    expect(page.get_by_text("Nothing is wrong.")).to_be_visible()

    page.get_by_role("link", name="Translations").click()
    page.get_by_label("Another language").fill("fr")
    page.get_by_role("button", name="Add it").click()
    file = tmp_path / "pont.docx"
    file.write_bytes(word_document([paragraph("Le pont rouvre", style="Title"), paragraph("Le village passe de nouveau.")]))
    page.get_by_label("Or a file instead").set_input_files(file)
    page.get_by_role("button", name="Save this translation").click()
    expect(page.get_by_text("Le pont rouvre")).to_be_visible()
    page.get_by_label("do not get it").check()
    page.get_by_role("button", name="Decide").click()

    page.goto(page.url.replace("/translations", ""))
    assert faults(page) == []
    page.get_by_role("link", name="Revision 1 ").click()
    expect(page.get_by_text("This revision was replaced")).to_be_visible()
    expect(page.locator("#contacts")).to_contain_text("none")
    page.get_by_role("link", name="Begin a new revision").click()
    expect(page.get_by_label("The release", exact=True)).to_have_value(
        re.compile(r"headline: The bridge.*\[today\]\(#\)", re.DOTALL)
    )


def test_a_session_that_ends_and_a_colleague_who_saves_in_the_middle_of_an_edit_lose_nothing(
    browser: Browser, site: StaffSite
) -> None:
    notes = "First note.\n\nSecond note, of\nthree lines,\n\n- and a list\n"
    stored = pasted(site, site.sign_in(EDITOR))
    page = at_desk(browser, site, EDITOR)
    page.goto(f"/releases/{stored.release_id}/correct/notes")
    page.get_by_label("Notes to editors").fill(notes)
    site.newsroom.service.taker.take_in(
        replace(stored.content, notes=RELEASE.body), by="Cleo Quick", revises=stored.release_id, after=stored.revision
    )
    page.context.clear_cookies()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nothing is lost")).to_be_visible()
    page.get_by_label("E-mail address").fill(EDITOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_role("alert")).to_contain_text("Cleo Quick has saved revision 2")
    expect(page.get_by_label("Notes to editors")).to_have_value(notes)
    expect(page.get_by_role("heading", name="The release says now")).to_be_visible()
    page.get_by_role("button", name="Save").click()

    expect(page.locator("#notes")).to_contain_text("Second note")
    assert site.newsroom.service.releases.get(stored.release_id).revision == 3


def test_a_script_in_every_field_stays_text(browser: Browser, site: StaffSite) -> None:
    page = at_desk(browser, site, EDITOR)
    alerts: list[str] = []

    def note(dialog: Dialog) -> None:
        alerts.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.goto("/releases/new/form")
    for label in ("Headline", "Subhead", "City of the dateline", "Text", "Call to action", "Notes to editors", "Boilerplate"):
        page.get_by_label(label, exact=True).fill(f"{NASTY} “{NASTY} it said,” said Ana Lima.")
    page.get_by_label("Name", exact=True).first.fill(NASTY)
    page.get_by_label("Phone").first.fill(NASTY)
    page.get_by_label("Web address").first.fill("https://example.org/a.jpg")
    page.get_by_label("What it shows").first.fill(NASTY)
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert(2)</script>")
    at = page.url
    for path in ("", "/translations", "/revisions/1", "/translations/fr", *(f"/correct/{item.name}" for item in ITEMS)):
        page.goto(f"{at}{path}")
    page.goto(f"/releases/new?revises={at.rsplit('/', 1)[1]}")

    assert NASTY in page.get_by_label("The release", exact=True).input_value().replace("\\", "")
    assert alerts == []
    assert page.locator("img, main script").count() == 0


def test_an_empty_form_is_told_what_it_needs_first(site: StaffSite) -> None:
    answer = site.post("/releases/new/form", site.sign_in(EDITOR), headline=" ", city="Geneva")

    assert answer.status == 422
    assert "Headline: The release has no headline. Write it in one line." in answer.text


def test_the_form_of_an_item_sent_as_it_is_changes_nothing(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    sample = (Path(__file__).parents[2] / "intake" / "samples" / "full.md").read_text("utf-8").replace("2030", "2097")
    stored = pasted(site, session, sample)

    for name in BY_NAME:
        assert latest(site, correct(site, session, stored, name)) == stored, name


def test_items_are_put_right_by_themselves(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    stored = pasted(site, session)

    for item, typed in {
        "headline": {"headline": "Another headline"},
        "dateline": {"city": "Bern", "date": "2098-03-30"},
        "embargo": {
            "embargo__kind": "until",
            "embargo__date": "2098-03-30",
            "embargo__time": "00:01",
            "embargo__zone": "Asia/Tokyo",
        },
        "hashtags": {"hashtags": "#MineBan, Été2026"},
        "speakers": {"speakers__0__is": "", "speakers__0__speaker": "Ana Lima", "speakers__1__is": "term"},
        "images": {"images__0__url": "https://example.org/a.jpg", "images__0__alt": "A bridge"},
        "languages": {"languages": "fr, ES"},
        "author": {"author": "Eda Writes"},
    }.items():
        stored = latest(site, correct(site, session, stored, item, **typed))

    content = stored.content
    assert (stored.revision, stored.added_by, content.headline, content.author) == (
        9,
        "Eda Writes",
        "Another headline",
        "Eda Writes",
    )
    assert content.dateline is not None
    assert content.embargo is not None
    assert (content.dateline.city, f"{content.embargo.lift_at():%Y-%m-%d %H:%M}") == ("Bern", "2098-03-29 15:01")
    assert [(one.speaker, one.is_quotation) for one in spoken_in(content.body)] == [("Ana Lima", True), (None, False)]
    assert (content.hashtags, content.images[0].alt, content.languages_wanted) == (
        ("MineBan", "Été2026"),
        "A bridge",
        ("fr", "es"),
    )


_WRONG = [
    ("headline", {"headline": " "}, "Headline: The release has no headline."),
    ("headline", {"headline": "x\u202egpj"}, "invisible character"),
    (
        "embargo",
        {"embargo__kind": "until", "embargo__date": "2098-03-30", "embargo__time": "00:01", "embargo__zone": "Mars"},
        "zone",
    ),
    ("embargo", {"embargo__kind": "until", "embargo__date": "2098-03-30", "embargo__zone": "UTC"}, "no time of day"),
    (
        "embargo",
        {"embargo__kind": "until", "embargo__date": "x" * 9, "embargo__time": "10:00", "embargo__zone": "UTC"},
        "no date",
    ),
    ("embargo", {"embargo__date": "2098-03-30"}, "no embargo is chosen"),
    ("links", {"links__0__target": "java\tscript:alert(1)"}, "no web address"),
    ("contacts", {"contacts__0__name": "Ana", "contacts__0__email": "a b@c"}, "e-mail address is not valid"),
    ("language", {"language": "../../etc"}, "no language code"),
    ("body", {"body": "  "}, "Body"),
]


def test_what_cannot_be_keeps_what_was_typed_and_stores_nothing(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    stored = pasted(site, session)

    for item, typed, wrong in _WRONG:
        answer = correct(site, session, stored, item, **typed)

        assert (answer.status, wrong in answer.text, "--embargo" in answer.text) == (422, True, False), answer.text
        shown, wanted = fields_of(answer.text), {name.replace("__", "."): value for name, value in typed.items()}
        assert {name: shown.get(name, "").strip() for name in wanted} == {name: value.strip() for name, value in wanted.items()}
    assert site.newsroom.service.releases.get(stored.release_id) == stored


def test_what_saving_does_is_said_before_and_nothing_approved_changes_unseen(site: StaffSite) -> None:
    site.newsroom.crowd(2)
    session = site.sign_in(EDITOR)
    stored = site.newsroom.take_in()
    path = f"/releases/{stored.release_id}/correct/headline"
    early = fields_of(site.get(path, session).text)
    site.newsroom.service.approver.approve(stored.release_id, by="Ben Okri", waivers=())
    plan = site.newsroom.schedule(stored)

    unseen = site.send(path, early | {"headline": "Mine"}, session)
    assert (unseen.status, "approved or scheduled while you were writing" in unseen.text) == (409, True)
    assert "Saving voids the approval" in unseen.text
    assert plan.dispatch in unseen.text
    assert fields_of(unseen.text)["headline"] == "Mine"
    assert site.newsroom.service.releases.approved_seal(stored.release_id)

    form = fields_of(unseen.text)
    assert site.send(path, form, session).status == 303
    assert site.newsroom.service.releases.approved_seal(stored.release_id) == ""
    assert site.newsroom.status(plan.dispatch).state is DispatchState.HELD


def test_a_translation_is_replaced_kept_left_behind_and_removed(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    stored = pasted(site, session, TEXT.replace("# ", "---\nlanguages: fr\n---\n# "))
    at = f"/releases/{stored.release_id}/translations"
    assert "wanted, and missing" in site.get(at, session).text

    def send(path: str, **form: str) -> Answer:
        revision = site.newsroom.service.releases.get(stored.release_id).revision
        token = site.door.sign_in.csrf_of(session)
        return site.send(path, {"csrf": token, "revision": str(revision), **form}, session)

    assert send(f"{at}/fr", text="Le pont rouvre\n\nLe village passe.").status == 303
    assert send(f"{at}/fr", text="Le pont rouvre enfin\n\nLe village passe.").status == 303
    kept = latest(site, correct(site, session, stored, "hashtags", hashtags="Bridge"))
    assert [plain(text) for one in kept.translations for block in one.body for text in texts_of(block)] == ["Le village passe."]
    also = latest(site, correct(site, session, stored, "subhead", subhead="At last", translated="kept"))
    assert [one.headline for one in also.translations] == ["Le pont rouvre enfin"]
    assert latest(site, send(f"/releases/{stored.release_id}/others", others="hold")).others is Others.HOLD
    assert send(f"{at}/fr/remove").status == 303
    assert site.newsroom.service.releases.get(stored.release_id).translations == ()
    send(f"{at}/fr", text="Le pont\n\nLe village passe.")
    left = latest(site, correct(site, session, stored, "subhead", subhead="Now"))
    assert left.translations == ()


_UNTRANSLATED = [
    ("fr", "---\nlanguage: es\n---\n# El puente\n\nEl pueblo.", "says that it is in es"),
    ("fr", "---\nembargo: 2098-01-01 10:00 UTC\n---\n# Le pont\n\nLe village.", "another embargo"),
    ("fr", "", "empty"),
]


def test_a_translation_that_cannot_be_is_refused_and_kept(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    stored = pasted(site, session)

    for language, text, wrong in _UNTRANSLATED:
        answer = site.post(f"/releases/{stored.release_id}/translations/{language}", session, text=text, revision="1")

        assert (answer.status, wrong in answer.text, fields_of(answer.text)["text"]) == (422, True, text)
    assert site.newsroom.service.releases.get(stored.release_id) == stored


def test_files_of_every_kind_come_in(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    document = word_document([paragraph("A bridge in Word", style="Title"), paragraph("It opens today.")])
    files = {
        "r.md": b"# A bridge in Markdown\n\nIt opens today.\n",
        "r.TXT": "A bridge in text\n\nIt opens today, été.\n".encode("utf-16"),
        "r.html": b"<h1>A bridge in HTML</h1><p>It opens today.</p>",
        "r.docx": document,
        "wrong-ending.md": document.replace(b"PK", b"PK"),
        "..\\..\\windows\\r.md": b"# A bridge from Windows\n\nIt opens today.\n",
    }

    headlines = [latest(site, upload(site, "/releases/new/file", session, n, data)).content.headline for n, data in files.items()]

    kinds = ("in Markdown", "in text", "in HTML", "in Word", "in Word", "from Windows")
    assert headlines == [f"A bridge {kind}" for kind in kinds]


_BROKEN = [
    ("r.pdf", b"%PDF-1.7", "This kind of file cannot be taken in."),
    ("r.exe", bytes(range(256)) * 40, "not UTF-8"),
    ("r.docx", b"no document", "no Word document"),
    ("r.docx", b"PK\x03\x04" + b"\0" * 100, "no Word document"),
    ("bomb.docx", word_document([paragraph("x")], more={"word/big.xml": b"\0" * 13_000_000}), "too large when unpacked"),
    ("r.txt", "Größe\n\nText".encode("latin-1"), "not UTF-8"),
    ("r.md", b"", "empty"),
    ("r.md", b"# x\n\n" + b"a" * 10_000_001, "more than 10 MB"),
    ("r.md", b"# x\n\n" + b"a" * 100_001, "more than 100000 characters"),
    ("r.md", b"\0\0\0", "invisible character"),
    ("<script>alert(1)</script>.md", b"no headline." * 200, "Script&gt;.md:1: The release has no headline."),
    ("../../../../etc/passwd", b"", "empty"),
    ("n" * 3000 + ".md", b"---\nnope: 1\n---\n", "unknown key"),
]


def test_a_file_that_cannot_be_taken_in_is_refused_and_leaves_nothing(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    before = site.newsroom.service.client.dbsize()

    for name, content, wrong in _BROKEN:
        answer = upload(site, "/releases/new/file", session, "x", content, filename=name, embargo="immediate")

        assert (answer.status, wrong in answer.text, "<script>alert" in answer.text) == (422, True, False), answer.text
        assert 'value="immediate"' in answer.text
    assert site.newsroom.service.client.dbsize() == before
    assert upload(site, "/releases/new/file", session, "r.md", b"a" * 32_000_000).status == 413


def test_a_file_is_asked_for_again_after_the_session_ended(site: StaffSite) -> None:
    """The text beside it must not be saved in its place."""
    session = site.sign_in(EDITOR)
    stored = pasted(site, session)
    path = f"/releases/{stored.release_id}/translations/fr"
    body, kind = urllib3.encode_multipart_formdata(
        [("csrf", "x"), ("revision", "1"), ("text", "Le pont\n\nLe village."), ("file", ("pont.docx", b"PK"))]
    )

    asked = site.raw("POST", path, body, {"Content-Type": kind})
    assert (asked.status, "pont.docx" in asked.text) == (401, True)
    kept = fields_of(asked.text)
    entered = site.send("/login", {**kept, "login": EDITOR, "password": PASSWORD})
    assert "Choose the file again" in entered.text
    went_on = site.send(path, fields_of(entered.text), entered.headers["set-cookie"].partition("=")[2].partition(";")[0])

    assert (went_on.status, "a file cannot be kept" in went_on.text) == (409, True)
    assert fields_of(went_on.text)["text"].split() == ["Le", "pont", "Le", "village."]
    assert site.newsroom.service.releases.get(stored.release_id) == stored


def test_a_revision_begins_with_the_present_text_and_keeps_what_a_form_does_not_show(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    sample = (Path(__file__).parents[2] / "intake" / "samples" / "full.md").read_text("utf-8").replace("2030", "2097")
    stored = pasted(site, session, sample)
    query = f"?revises={stored.release_id}"

    text = fields_of(site.get(f"/releases/new{query}", session).text)
    edited = latest(site, site.send("/releases/new", text | {"text": text["text"].replace("Ana Example", "Zoé Lund")}, session))
    form = fields_of(site.get(f"/releases/new/form{query}", session).text)
    filled = latest(site, site.send("/releases/new/form", form | {"subhead": "By form"}, session))

    assert edited.content.contacts[0].name == "Zoé Lund"
    assert (filled.revision, filled.content.subhead, filled.content.thread) == (3, "By form", edited.content.thread)
    assert replace(filled.content, subhead=edited.content.subhead) == edited.content
    stale = site.send("/releases/new/form", form | {"subhead": "Stale"}, session)
    assert (stale.status, fields_of(stale.text)["subhead"]) == (409, "Stale")


def test_the_lines_that_checks_name_are_those_of_the_text_beside_them(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    stored = pasted(
        site, session, f"Headline in plain text\n\n{BODY}\n\nEnds\n\nSee [the map](#) and\n\nNotes\n\n[insert note]\n"
    )

    page = site.get(f"/releases/{stored.release_id}", session).text
    lines = written(stored.content).splitlines()

    dead = re.search(r"2 links lead nowhere \(line (\d+), (\d+)\)", page)
    left = re.search(r"Placeholder text was left in \(line (\d+)\)", page)
    assert dead
    assert left
    assert ["](#)" in lines[int(number) - 1] for number in dead.groups()] == [True, True]
    assert "insert note" in lines[int(left[1]) - 1]


def test_an_error_in_a_paste_names_its_line_and_signing_in_again_leads_back_to_the_revision(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    stored = pasted(site, session)

    assert (
        "Line 3: The front matter has an unknown key"
        in site.post("/releases/new", session, text="---\nlink: \nx: 1\n---\n# A\n").text
    )
    asked = site.get(f"/releases/new?revises={stored.release_id}")
    assert asked.headers["location"] == f"/login?next=/releases/new%3Frevises%3D{stored.release_id}"
    login = fields_of(site.get(asked.headers["location"]).text)
    entered = site.send("/login", {**login, "login": EDITOR, "password": PASSWORD})
    assert entered.headers["location"] == f"/releases/new?revises={stored.release_id}"


def test_whoever_may_only_read_sees_everything_and_no_way_to_change_it(site: StaffSite) -> None:
    stored = pasted(site, site.sign_in(EDITOR))
    reader = site.sign_in(APPROVER)

    for path in ("", "/translations", "/revisions/1"):
        answer = site.get(f"/releases/{stored.release_id}{path}", reader)
        assert (answer.status, "The bridge opens again" in answer.text) == (200, True)
        assert re.findall(r'href="[^"]*(?:/correct/|revises=)|action="(?!/logout)', answer.text) == []


_NOT_THERE = (
    "revisions/0", "revisions/99", "revisions/x", "revisions/-1", "revisions/%D9%A3", "correct/colour", "correct/%2e%2e",
    *(f"translations/{code}" for code in ("en", "klingon", "FR", "%2e%2e%2fx", "x" * 300)),
)  # fmt: skip


def test_what_is_not_there_is_said_so(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    stored = site.newsroom.take_in(with_headline("A release"))

    for path in _NOT_THERE:
        assert site.get(f"/releases/{stored.release_id}/{path}", session).status == 404, path
    for revises in ("none", "r" * 3000, "../..", "<b>"):
        assert site.get(f"/releases/new?revises={revises}", session).status == 404
        assert site.post("/releases/new", session, text=TEXT, revises=revises).status == 422


def test_a_language_of_the_release_is_never_guessed_for_a_translation(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    stored = pasted(site, session)

    site.post(f"/releases/{stored.release_id}/translations/ar", session, text="عنوان البيان\n\nيفتح الجسر اليوم.", revision="1")

    assert [one.language for one in site.newsroom.service.releases.get(stored.release_id).translations] == [Language("ar")]


def test_a_newcomer_begins_with_a_sample(site: StaffSite) -> None:
    session = site.sign_in(EDITOR)
    text = html.unescape(fields_of(site.get("/releases/new?sample", session).text)["text"])

    stored = latest(site, site.post("/releases/new", session, text=text, kind=""))

    assert len(stored.content.contacts) == 2
    desk = site.newsroom.service
    failing = [check.name for check in desk.check(stored, desk.compose(stored), desk.clock.now()) if not check.passed]
    assert failing == ["embargo-stated"]
    assert "Next: look at" in site.get(f"/releases/{stored.release_id}", session).text
    assert fields_of(site.get("/releases/new", session).text)["text"].strip() == ""
