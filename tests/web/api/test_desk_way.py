"""What else programs do at the desk: reports and reasons, people and suppressions, the audit, and tokens of one's own."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from distributor.core.account import Permission, Role, account_id
from distributor.sandbox.serve import RunningSandbox
from distributor.settings import load_settings
from distributor.store.embedded import open_redis
from tests.flow.newsroom import Newsroom
from tests.web.api.program import Program, problem, read
from tests.web.api.table import Files
from tests.web.staff.conftest import APPROVER, DISPATCHER, EDITOR, StaffSite


def test_who_has_it_and_why(site: StaffSite) -> None:
    site.newsroom.crowd(3)
    plan = site.newsroom.schedule(site.newsroom.approved())
    site.newsroom.work()
    program = Program.of(site, DISPATCHER)
    path = f"/dispatches/{plan.dispatch[:6]}"

    table = program.ask("GET", f"{path}/report.csv")
    whole = program.get(f"{path}/report")
    proof = program.ask("POST", f"{path}/proof")
    one = program.post(f"{path}/explanation", {"recipient": "R1@News.example"})
    nobody = program.ask("POST", f"{path}/explanation", {"recipient": "elsewhere@news.example"})
    settled = program.ask("POST", f"{path}/settle", {"unknown": "sent", "reason": "seen"})

    assert (table.status, table.headers["content-type"].partition(";")[0], table.text.count("accepted")) == (200, "text/csv", 3)
    assert [row["state"] for row in whole["rows"]] == ["accepted"] * 3
    assert (proof.status, proof.headers["content-type"].partition(";")[0], "<html" in proof.text) == (200, "text/html", True)
    assert "accepted by the provider" in one["explanation"][0]
    assert (problem(nobody), "elsewhere" in nobody.text) == ("not-found", False)
    assert problem(settled) == "refused"
    taken = [entry for entry in site.newsroom.service.audit.entries(subject=plan.dispatch) if entry.action == "dispatch.exported"]
    assert [entry.by for entry in taken] == ["Dora Sends"] * 2, "the audit tells who took the table and the whole"


def test_people_come_in_by_file_and_are_found_without_their_names_in_an_address(site: StaffSite) -> None:
    editor = Program.of(site, EDITOR)
    people = b"E-Mail,Name,Redaktion\nana@news.example,Ana Lima,The News\nno address,Bo,\n"
    file = Files({"file": ("secret name.csv", people)}, {"list": "press", "mapping": "Redaktion=outlet"})

    foreseen = read(editor.ask("POST", "/contacts/imports", Files(file.files, {**file.fields, "dry_run": "true"})))
    before = editor.get("/lists")["items"]
    first = editor.ask("POST", "/contacts/imports", file, Idempotency_Key="one")
    again = editor.ask("POST", "/contacts/imports", file, Idempotency_Key="one")
    found = editor.post("/contacts/find", {"text": "the news"})["items"]
    dossier = editor.get(f"/contacts/{found[0]['number']}")
    exported = editor.ask("POST", "/lists/press/export")

    assert (foreseen["added"], foreseen["dry_run"], before) == (1, True, [])
    assert (read(first)["added"], again.text, again.headers["idempotency-replayed"]) == (1, first.text, "true")
    assert [(error["line"], error["column"]) for error in read(first)["errors"]] == [(3, "email")]
    assert "secret name" not in first.text
    assert (found[0]["outlet"], dossier["person"]["address"], dossier["lists"]) == ("The News", "ana@news.example", ["press"])
    assert exported.text.splitlines()[1].startswith("ana@news.example,Ana Lima,The News")


def test_suppressions_are_entered_seen_and_lifted(site: StaffSite) -> None:
    program = Program.of(site, DISPATCHER)
    file = Files({"file": ("left.txt", b"a@news.example\nb@news.example\nnobody\n")}, {"reason": "moved over"})

    entered = [program.post("/suppressions", {"address": "A@news.example", "reason": "by phone"})["is_new"] for _ in range(2)]
    imported = read(program.ask("POST", "/suppressions/imports", file))
    first = program.get("/suppressions?limit=1")
    second = program.get(f"/suppressions?limit=1&after={first['next']}")
    lifted = program.post("/suppressions/lift", {"address": "a@news.example", "reason": "wrote to us"})

    assert entered == [True, False]
    assert (imported["new"], imported["known"], [one["line"] for one in imported["wrong"]]) == (1, 1, [3])
    assert {one["address"] for one in first["items"] + second["items"]} == {"a@news.example", "b@news.example"}
    assert (lifted["is_new"], len(program.get("/suppressions")["items"])) == (True, 1)


def test_the_audit_is_read_by_subject_and_tells_of_being_taken_away(site: StaffSite) -> None:
    release = site.newsroom.approved().release_id
    program = Program.of(site, APPROVER)

    page = program.get(f"/audit?subject={release}")
    exported = program.ask("POST", "/audit/export", {"subject": release})

    assert [entry["action"] for entry in page["items"]] == ["release.approved", "release.added"]
    actions = [json.loads(line)["action"] for line in exported.text.splitlines()]
    assert actions == ["release.added", "release.approved", "audit.exported"]
    assert program.get("/audit?action=audit")["items"][0]["action"] == "audit.exported"


def test_a_token_makes_no_stronger_and_no_longer_one(site: StaffSite, redis_client: redis.Redis) -> None:
    site.door.keeper.set_roles(account_id(EDITOR), list(Role), by="the tests")
    secret, mine = site.door.tokens.issue(
        account_id(EDITOR), label="a day", scopes=[Permission.READ], by="the tests", life=timedelta(days=1)
    )
    program = Program(site, secret)

    stronger = program.ask("POST", "/me/tokens", {"label": "more", "scopes": ["approve"]})
    made = [program.ask("POST", "/me/tokens", {"label": "board", "scopes": ["read"]}, Idempotency_Key="one") for _ in range(2)]
    issued = read(made[0])
    listed = program.get("/me/tokens")["items"]
    foreign = Program.of(site, APPROVER).ask("DELETE", f"/me/tokens/{issued['token']}")
    ended = read(program.ask("DELETE", f"/me/tokens/{issued['token']}"))
    _, other = site.door.tokens.issue(account_id(EDITOR), label="more", scopes=[Permission.WRITE_RELEASE], by="the tests")
    silenced = program.ask("DELETE", f"/me/tokens/{other.id}")

    assert problem(silenced) == "refused", "a token for reading ends none that may do more"
    assert problem(stronger) == "refused"
    assert made[1].text == made[0].text, "the secret is shown again to the token that asked, and not made again"
    assert mine.expires_at is not None
    assert issued["expires_at"] <= mine.expires_at.isoformat().replace("+00:00", "Z")
    assert [one["label"] for one in listed] == ["board", "a day"]
    assert not any("secret" in one for one in listed)
    assert (problem(foreign), ended["token"]) == ("not-found", issued["token"])
    assert Program(site, issued["secret"]).ask("GET", "/me").status == 401
    kept = [redis_client.dump(name) for name in redis_client.keys("*")]
    assert not any(issued["secret"].encode() in one for one in kept if isinstance(one, bytes))


def test_who_calls_is_told_what_they_may(site: StaffSite) -> None:
    me = Program.of(site, EDITOR, Permission.READ, Permission.HOLD).get("/me")

    assert (me["name"], me["roles"], me["permissions"]) == ("Eda Writes", ["editor"], ["hold", "read"])


@pytest.mark.parametrize("body", [None, {"text": "x"}])
def test_when_redis_is_away_a_program_hears_when_to_come_again(
    running_sandbox: RunningSandbox, tmp_path: Path, body: object
) -> None:
    with open_redis(load_settings(environ={}, cwd=tmp_path), long_lived=True) as handle:
        site = StaffSite(Newsroom(handle.url, running_sandbox, tmp_path))
        program = Program.of(site, EDITOR)
        assert program.ask("GET", "/me").status == 200

    answer = program.ask("POST" if body else "GET", "/releases", body, Idempotency_Key="one")
    site.close()

    assert (answer.status, problem(answer), answer.headers["retry-after"]) == (503, "store-unavailable", "30")
