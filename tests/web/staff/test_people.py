"""People, lists and suppressions in the browser: what the desk may do with them, and what nobody may."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from distributor.bootstrap_contacts import contact_edits, contact_keeper
from distributor.core.audience import Contact
from distributor.core.delivery import State
from distributor.core.delivery_event import DeliveryEvent, Mark
from distributor.core.ids import ContactNumber, Index, Language, ListName, address_key
from distributor.store.events import RedisEventStore
from tests.flow.newsroom import PRESS
from tests.web.staff.conftest import ADMIN, APPROVER, DISPATCHER, EDITOR, StaffSite

INES = "ines@paper.example"
NASTY = "<img src=x onerror=alert(1)>"


@pytest.fixture
def ines(site: StaffSite) -> int:
    """Return the number of somebody of whom much is known."""
    contact = Contact(
        address=INES,
        name="Ines Roy",
        outlet="The Paper",
        languages=(Language("fr"),),
        tags=("health", "youth"),
        notes="calls back",
    )
    site.newsroom.service.book.add_to_list(PRESS, [contact], at=datetime.now(UTC))
    number = site.newsroom.service.book.find(INES)
    assert number is not None
    return number


def stored(site: StaffSite, address: str = INES) -> Contact:
    found = contact_edits(site.newsroom.service).get(address)
    assert found is not None
    return found[1]


def actions(site: StaffSite) -> list[tuple[str, str]]:
    """Return what the audit says since the accounts were made."""
    entries = site.newsroom.service.audit.entries()
    return [(entry.by, entry.action) for entry in entries if not entry.action.startswith(("account.", "login."))]


def test_somebody_is_found_by_a_part_of_what_is_known_of_them(site: StaffSite, ines: int) -> None:
    site.newsroom.crowd(120)
    session = site.sign_in(APPROVER)

    one = site.post("/people", session, text="ines ro")
    first = site.post("/people", session, text="news.example")
    (second,) = re.findall(r'name="trail" value="([^"]+)"', first.text)
    back, third = re.findall(
        r'name="trail" value="([^"]*)"', site.post("/people", session, text="news.example", trail=second).text
    )
    last = site.post("/people", session, text="news.example", trail=third)
    none = site.post("/people", session, text="nobody like this")

    assert f'href="/people/{ines}"' in one.text
    assert (first.text.count('href="/people/'), last.text.count('href="/people/')) == (50, 20)
    assert (back, "Found 120" in first.text, ">More<" in first.text) == ("", True, True)
    assert ">More<" not in last.text
    assert "Nobody found" in none.text


@pytest.mark.parametrize("trail", ["0", "-1", "9" * 30, "²", "x", "1e3", "1 " * 5000])
def test_a_page_that_was_never_there_is_one_that_can_be(site: StaffSite, ines: int, trail: str) -> None:
    assert site.post("/people", site.sign_in(EDITOR), text="ines", trail=trail).status == 200


@pytest.mark.parametrize("text", ["*", "[a-z]*", "(a", "x" * 10_000, "a " * 5000, "🎉", "\0", "<script>alert(1)</script>", "%"])
def test_a_hostile_search_finds_nobody_and_stays_text(site: StaffSite, ines: int, text: str) -> None:
    answer = site.post("/people", site.sign_in(EDITOR), text=text)

    assert (answer.status, "Nobody found" in answer.text, "<script>alert" in answer.text) == (200, True, False)


def test_fields_and_tags_are_changed_and_nothing_that_the_form_does_not_offer(site: StaffSite, ines: int) -> None:
    """The address is who somebody is: a form that names it, or their suppression, changes neither."""
    session = site.sign_in(EDITOR)
    form = {
        "outlet": "The Radio",
        "tags": "youth, bridges",
        "email": "other@paper.example",
        "address": "x@y.example",
        "is_priority": "1",
    }

    answer = site.send(f"/people/{ines}/edit", {**form, "csrf": site.door.sign_in.csrf_of(session)}, session)

    after = stored(site)
    assert (answer.status, answer.headers["location"]) == (303, f"/people/{ines}")
    assert (after.outlet, set(after.tags), after.address, after.name) == ("The Radio", {"youth", "bridges"}, INES, "Ines Roy")
    assert after.is_priority is False
    assert actions(site)[-1] == ("Eda Writes", "contact.edited")


def test_a_wrong_value_is_refused_with_what_was_typed(site: StaffSite, ines: int) -> None:
    answer = site.post(f"/people/{ines}/edit", site.sign_in(EDITOR), country="Nowhereland", name="Ines R.")

    assert answer.status == 422
    assert "This is no country." in answer.text
    assert 'value="Nowhereland"' in answer.text
    assert stored(site).name == "Ines Roy"


def test_somebody_is_put_on_a_list_and_taken_off_but_not_back_onto_one_that_they_left(site: StaffSite, ines: int) -> None:
    service, session = site.newsroom.service, site.sign_in(EDITOR)
    site.newsroom.people("jon@radio.example", on=ListName("radio"))
    dispatcher = site.sign_in(DISPATCHER)

    put = site.post(f"/people/{ines}/lists", session, onto="radio")
    taken = site.post(f"/people/{ines}/lists", session, out_of="press")
    number = ContactNumber(ines)
    service.left_lists.leave(PRESS, address_key(INES), number, reason="unsubscribed", by="r", at=datetime.now(UTC))
    refused = site.post(f"/people/{ines}/lists", session, onto="press")
    unasked = site.post(f"/people/{ines}/lift", dispatcher, list="press")
    asked = site.post(f"/people/{ines}/lift", dispatcher, list="press", reason="wrote on 3 March")

    assert (put.status, taken.status) == (303, 303)
    assert (refused.status, "by their own word" in refused.text) == (422, True)
    assert unasked.status == 422
    assert asked.status == 303
    assert contact_keeper(service).dossier(INES).lists == ("press", "radio")


def test_suppressing_and_lifting_take_a_reason(site: StaffSite, ines: int) -> None:
    session = site.sign_in(DISPATCHER)
    find = site.newsroom.service.suppressions.find

    assert site.post(f"/people/{ines}/suppress", session, reason="  ").status == 422
    assert find(INES) is None
    assert site.post(f"/people/{ines}/suppress", session, reason="asked by phone").status == 303
    assert find(INES) is not None
    assert "asked by phone" in site.get(f"/people/{ines}", session).text
    assert site.post(f"/people/{ines}/lift", session).status == 422
    assert find(INES) is not None
    assert site.post(f"/people/{ines}/lift", session, reason="asked to come back").status == 303
    assert find(INES) is None


def test_everything_on_a_person_leaves_as_one_file_and_the_audit_says_so(site: StaffSite, ines: int) -> None:
    answer = site.post(f"/people/{ines}/export", site.sign_in(APPROVER))

    shape = json.loads(answer.text)
    assert answer.headers["content-disposition"] == f'attachment; filename="person-{ines}.json"'
    assert (shape["contact"]["name"], shape["lists"], shape["left_lists"]) == ("Ines Roy", ["press"], [])
    assert actions(site)[-1] == ("Pavel Seals", "contact.exported")


def test_only_an_admin_erases_and_only_with_a_reason(site: StaffSite, ines: int) -> None:
    editor, admin = site.sign_in(EDITOR), site.sign_in(ADMIN)

    by_editor = site.post(f"/people/{ines}/erase", editor, sure="yes", reason="x")
    unsure = site.post(f"/people/{ines}/erase", admin, reason="their request")
    without = site.post(f"/people/{ines}/erase", admin, sure="yes")
    kept = stored(site)
    sure = site.post(f"/people/{ines}/erase", admin, sure="yes", reason="their request of 3 March")

    assert (by_editor.status, unsure.status, without.status, sure.status) == (403, 422, 422, 303)
    assert kept.name == "Ines Roy"
    assert "erased for good" in site.get(sure.headers["location"], admin).text
    assert site.get(f"/people/{ines}", admin).status == 404
    assert site.newsroom.service.suppressions.suppressed_among([address_key(INES)]) == [True]
    assert INES not in "".join(str(entry) for entry in site.newsroom.service.audit.entries())
    assert "somebody who was erased" in site.get("/suppressions", admin).text


def test_a_list_shows_its_people_page_by_page_and_is_exported_as_it_can_be_imported(site: StaffSite, ines: int) -> None:
    site.newsroom.crowd(120)
    session = site.sign_in(EDITOR)
    evil = Contact(address="eve@news.example", name="=HYPERLINK(1)", outlet="@SUM(A1)", notes='a, "b"')
    site.newsroom.service.book.add_to_list(PRESS, [evil], at=datetime.now(UTC))

    first = site.get("/lists/press", session)
    second = site.get("/lists/press?after=50", session)
    last = site.get("/lists/press?after=100", session)
    export = site.post("/lists/press/export", session)

    rows = list(csv.DictReader(io.StringIO(export.text.removeprefix("\ufeff"))))
    assert "122 people" in first.text
    assert [page.text.count('<li><a href="/people/') for page in (first, second, last)] == [50, 50, 22]
    assert ("More" in first.text, "?after=" in last.text) == (True, False)
    assert len(rows) == 122
    assert (rows[-1]["name"], rows[-1]["outlet"]) == ("'=HYPERLINK(1)", "'@SUM(A1)")
    assert actions(site)[-1] == ("Eda Writes", "list.exported")
    assert site.post("/lists/press/export", site.sign_in(ADMIN)).status == 403


def test_a_list_is_made_and_deleted_but_not_while_it_is_needed(site: StaffSite, ines: int) -> None:
    session = site.sign_in(EDITOR)
    made = site.post("/lists", session, name="Press-CH")
    again = site.post("/lists", session, name="press-ch")
    wrong = site.post("/lists", session, name="no/name")
    plan = site.newsroom.schedule(site.newsroom.approved())
    needed = site.post("/lists/press/delete", session, sure="yes", reason="old")
    filtered = site.post("/filters", session, filter_name="fr", base="press-ch", language="fr,de")
    kept = site.post("/lists/press-ch/delete", session, sure="yes", reason="old")
    site.post("/filters/fr/remove", session)
    asked = site.post("/lists/press-ch/delete", session)
    gone = site.post("/lists/press-ch/delete", session, sure="yes", reason="old")

    assert (made.headers["location"], again.status, wrong.status) == ("/lists/press-ch", 422, 422)
    assert (needed.status, plan.dispatch in needed.text) == (422, True)
    assert (filtered.status, kept.status, asked.status, gone.status) == (303, 422, 200, 303)
    assert list(site.newsroom.service.book.lists()) == [PRESS]
    assert stored(site).name == "Ines Roy"


def test_one_person_is_added_by_hand_as_an_import_of_one_row_would(site: StaffSite, ines: int) -> None:
    service, session = site.newsroom.service, site.sign_in(EDITOR)
    service.left_lists.leave(PRESS, address_key(INES), ContactNumber(ines), reason="r", by="r", at=datetime.now(UTC))

    added = site.post("/lists/press/people", session, email="Jon@Radio.example", name="Jon Lund", language="sv", priority="yes")
    again = site.post("/lists/press/people", session, email="jon@radio.example", outlet="The Radio")
    wrong = site.post("/lists/press/people", session, email="no address", name=NASTY)
    gone = site.post("/lists/press/people", session, email=INES)

    jon = stored(site, "jon@radio.example")
    assert (added.status, again.headers["location"], wrong.status, gone.status) == (303, added.headers["location"], 422, 422)
    assert (jon.name, jon.outlet, jon.languages, jon.is_priority) == ("Jon Lund", "The Radio", ("sv",), False)
    assert ("&lt;img" in wrong.text, "by their own word" in gone.text) == (True, True)
    assert actions(site)[-1] == ("Eda Writes", "contact.added")
    assert site.post("/lists/none/people", session, email=INES).status == 404


def test_a_filter_counts_on_demand_and_takes_no_name_of_a_list(site: StaffSite, ines: int) -> None:
    session = site.sign_in(EDITOR)
    site.newsroom.crowd(3)

    site.post("/filters", session, filter_name="fr", base="press", language="fr")

    assert "language <bdi>fr</bdi>" in site.get("/lists", session).text
    assert site.get("/filters/fr/count", session).text == "1 people today"
    assert site.post("/filters", session, filter_name="press", base="press", language="fr").status == 422
    assert site.post("/filters", session, filter_name="x", base="press").status == 422
    assert site.post("/filters", session, filter_name="x", base="none", tag="a").status == 422
    assert site.post("/lists", session, name="fr").status == 422, "one name means one thing"


def test_suppressions_are_shown_newest_first_looked_up_added_and_lifted(site: StaffSite, ines: int) -> None:
    service, session = site.newsroom.service, site.sign_in(EDITOR)
    for number in range(60):
        service.suppressions.add(f"s{number}@news.example", reason="old", by="x", at=datetime.now(UTC))

    added = site.post("/suppressions", session, address=INES.upper(), reason=NASTY)
    wrong = site.post("/suppressions", session, address="no address", reason="why")
    first = site.get("/suppressions", session).text
    older = site.get("/suppressions?before=11", session).text
    found = site.post("/suppressions/find", session, address=INES).text
    key = address_key("s1@news.example")
    unasked = site.post("/suppressions/lift", session, key=key)
    lifted = site.post("/suppressions/lift", session, key=key, sure="yes", reason="asked")
    export = site.post("/suppressions/export", session)

    assert (added.status, wrong.status, unasked.status, lifted.status) == (303, 422, 200, 303)
    assert first.index(INES) < first.index("s59@news.example")
    assert f'<a href="/people/{ines}">' in first
    assert NASTY not in first + found
    assert ("s10@" in older, "s11@" in older, "s0@" in older) == (True, False, True)
    assert "<strong>never mailed</strong>" in found
    assert service.suppressions.find("s1@news.example") is None
    assert len(list(csv.reader(io.StringIO(export.text)))) == 61
    assert site.post("/suppressions", site.sign_in(APPROVER), address=INES, reason="x").status == 403


def test_a_script_in_every_field_of_a_person_stays_text(site: StaffSite, ines: int) -> None:
    service, session = site.newsroom.service, site.sign_in(EDITOR)
    fields = dict.fromkeys(("name", "outlet", "beat", "tags", "notes", "consent_source"), NASTY)

    changed = site.send(f"/people/{ines}/edit", {**fields, "csrf": site.door.sign_in.csrf_of(session)}, session)
    site.post("/filters", session, filter_name="f", base="press", outlet=NASTY.replace("=", ""))
    service.suppressions.add(INES, reason=NASTY, by=NASTY, at=datetime.now(UTC))
    paths = (f"/people/{ines}", f"/people/{ines}/edit", f"/people/{ines}/lift", "/lists", "/lists/press", "/suppressions")

    assert changed.status == 303
    for path in paths:
        answer = site.get(path, session)
        assert (answer.status, "<img src" in answer.text) == (200, False), path
    assert "<img src" not in site.post("/people", session, text="img").text


@pytest.mark.parametrize("number", ["0", "7777777", "²", "-1", "1e3", "9" * 40, "%2e%2e"])
def test_nobody_is_at_a_number_that_nobody_has(site: StaffSite, ines: int, number: str) -> None:
    assert site.get(f"/people/{number}", site.sign_in(EDITOR)).status in {404, 303}


def test_what_happened_to_their_messages_is_told_in_order(site: StaffSite, ines: int) -> None:
    plan = site.newsroom.schedule(site.newsroom.approved())
    site.newsroom.work()
    at = datetime.now(UTC)
    told = [(Mark.OPENED, 60), (State.DELIVERED, 4), (State.ACCEPTED, 1), (State.DELIVERED, 4)]
    events = [
        DeliveryEvent(
            dispatch=plan.dispatch, index=Index(0), at=at + timedelta(seconds=seconds),
            state=kind if isinstance(kind, State) else None, mark=kind if isinstance(kind, Mark) else None,
        )
        for kind, seconds in told
    ]  # fmt: skip
    RedisEventStore(site.newsroom.service.client).apply(plan.dispatch, events)
    session = site.sign_in(APPROVER)

    page = site.get(f"/people/{ines}", session).text
    export = json.loads(site.post(f"/people/{ines}/export", session).text)

    part = page.partition('class="events"')[2].partition("</ol>")[0]
    assert re.findall(r"<li>(\w+)", part) == ["accepted", "delivered", "opened"]
    assert [what for _, what, _ in export["events"]] == ["accepted", "delivered", "opened"]
