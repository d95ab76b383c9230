"""People, lists and accounts by the API: the same steps as in the pages, with the same refusals."""

from __future__ import annotations

import csv
import io

import pytest

from distributor.core.account import Role, account_id
from distributor.core.ids import address_key
from tests.web.api.program import Program, problem
from tests.web.staff.conftest import ADMIN, EDITOR, StaffSite

INES = "ines@paper.example"


@pytest.fixture
def program(site: StaffSite) -> Program:
    """Return a program of somebody who keeps the lists."""
    site.newsroom.people("jon@radio.example")
    return Program.of(site, EDITOR)


def test_a_person_is_added_changed_moved_exported_and_erased(site: StaffSite, program: Program) -> None:
    admin = Program.of(site, ADMIN)
    person = program.post("/lists/press/people", {"email": INES.upper(), "name": "Ines Roy", "tags": "health;youth"})
    path = f"/contacts/{person['number']}"

    changed = program.ask("PATCH", path, {"fields": {"outlet": "The Paper"}, "tag": ["tv"], "untag": ["youth"]})
    strange = program.ask("PATCH", path, {"fields": {"email": "other@paper.example"}})
    program.post("/lists", {"list": "radio"})
    moved = program.post(f"{path}/lists", {"out_of": "press", "onto": "radio"})
    nowhere = program.ask("POST", f"{path}/lists", {})
    dossier = program.post(f"{path}/export", None)
    by_editor = program.ask("POST", f"{path}/erase", {"reason": "x"})
    unsaid = admin.ask("POST", f"{path}/erase", {})
    erased = admin.post(f"{path}/erase", {"reason": "their request"})

    assert changed.status == 200
    assert (problem(strange), problem(nowhere), problem(by_editor), problem(unsaid)) == (
        "bad-input", "refused", "forbidden", "bad-input",
    )  # fmt: skip
    assert moved == {"is_moved": True}
    assert (dossier["person"]["outlet"], dossier["person"]["tags"], dossier["lists"]) == (
        "The Paper",
        ["health", "tv"],
        ["radio"],
    )
    assert erased == {"number": person["number"]}
    assert program.ask("GET", path).status == 404
    assert site.newsroom.service.suppressions.suppressed_among([address_key(INES)]) == [True]
    assert INES not in "".join(str(entry) for entry in site.newsroom.service.audit.entries())


def test_lists_and_filters_are_kept_and_read_page_by_page(site: StaffSite, program: Program) -> None:
    site.newsroom.crowd(5)

    seen, after = [], ""
    while after is not None:
        page = program.get(f"/lists/press/people?limit=2&after={after}")
        seen += [person["address"] for person in page["items"]]
        after = page["next"]
    saved = program.post("/filters", {"filter": "radio-tag", "list": "press", "wanted": {"tag": ["TV"]}})
    needed = program.ask("POST", "/lists/press/delete", {"reason": "old"})

    assert (len(seen), len(set(seen))) == (6, 6)
    assert saved == {"filter": "radio-tag", "list": "press", "wanted": {"tag": ["tv"]}}
    assert program.get("/filters/radio-tag/count") == {"people": 0}
    assert problem(needed) == "refused"
    assert program.ask("DELETE", "/filters/radio-tag").status == 200
    assert program.post("/lists/press/delete", {"reason": "old"}) == {"list": "press", "people": 6}
    assert problem(program.ask("GET", "/lists/press/people")) == "not-found"
    assert problem(program.ask("POST", "/filters", {"filter": "x", "list": "none", "wanted": {"tag": ["a"]}})) == "not-found"


def test_an_address_is_looked_up_and_all_suppressions_are_exported(program: Program) -> None:
    program.post("/suppressions", {"address": INES, "reason": "=asked"})

    found = program.post("/suppressions/find", {"address": INES.upper()})
    free = program.post("/suppressions/find", {"address": "jon@radio.example"})
    rows = list(csv.DictReader(io.StringIO(program.ask("POST", "/suppressions/export").text)))

    assert found["suppression"]["reason"] == "=asked"
    assert free == {"suppression": None, "left": []}
    assert [(row["email"], row["reason"]) for row in rows] == [(INES, "'=asked")]


def test_a_dry_run_says_who_would_stay_off_the_list(site: StaffSite, program: Program) -> None:
    from datetime import UTC, datetime

    from tests.flow.newsroom import PRESS
    from tests.web.api.table import Files

    number = site.newsroom.service.book.find("jon@radio.example")
    assert number is not None
    site.newsroom.service.left_lists.leave(
        PRESS, address_key("jon@radio.example"), number, reason="r", by="r", at=datetime.now(UTC)
    )

    body = Files({"file": ("a.csv", b"email\njon@radio.example\n")}, {"list": "press", "dry_run": "true"})
    assert program.post("/contacts/imports", body)["left_before"] == 1
    pdf = Files({"file": ("a.csv", b"%PDF-1")}, {"list": "press"})
    assert "This is a PDF" in program.ask("POST", "/contacts/imports", pdf).text


def test_accounts_are_kept_but_nobody_locks_out_the_last_admin(site: StaffSite) -> None:
    admin, me = Program.of(site, ADMIN), account_id(ADMIN)

    made = admin.post("/accounts", {"name": "Nia New", "login": "nia@desk.example.org", "roles": ["editor"]})
    path = f"/accounts/{made['account']['account']}"
    roles = admin.ask("PUT", f"{path}/roles", {"roles": ["approver", "editor"]})
    reset = admin.post(f"{path}/password", {})
    shut = admin.post(f"{path}/disable", None)
    own = [admin.ask("PUT", f"/accounts/{me}/roles", {"roles": ["editor"]}), admin.ask("POST", f"/accounts/{me}/disable")]
    strange = admin.ask("POST", "/accounts", {"name": "X", "login": "x@desk.example.org", "roles": ["editor"], "is_admin": True})

    assert site.post("/login", login="nia@desk.example.org", password=made["password"]).status == 403, "it was set anew"
    assert (roles.status, len(reset["password"]) > 15, shut["is_active"]) == (200, True, False)
    assert [problem(answer) for answer in own] == ["refused", "refused"]
    assert problem(strange) == "bad-input"
    assert site.door.keeper.named(ADMIN).roles == (Role.ADMIN,)


def test_an_admin_sees_and_ends_everybodys_tokens(site: StaffSite) -> None:
    admin, editor = Program.of(site, ADMIN), Program.of(site, EDITOR)
    tokens = admin.get("/tokens")["items"]
    theirs = next(token["token"] for token in tokens if token["account"] == account_id(EDITOR))

    assert editor.ask("GET", "/tokens").status == 403
    assert admin.ask("DELETE", f"/tokens/{theirs}").status == 200
    assert editor.ask("GET", "/me").status == 401
