"""Accounts and tokens from the command line, by which the first admin comes in."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import redis

from distributor.core.account import PERMISSIONS, Permission, Role
from tests.cli.terminal import Terminal

PASSWORD = "rain on copper pans"


@pytest.fixture(autouse=True)
def shared_redis(terminal: Terminal, redis_url: str, redis_client: redis.Redis) -> None:
    """Let all commands share one empty Redis, because each would take a second to start its own."""
    assert redis_client.dbsize() == 0
    terminal.environ["DISTRIBUTOR_REDIS_URL"] = redis_url


@pytest.fixture
def password_file(terminal: Terminal) -> str:
    """Return the name of a file with a good password."""
    file = terminal.folder / "password"
    file.write_text(f"{PASSWORD}\n", "utf-8")
    return str(file)


def add(terminal: Terminal, file: str, *roles: str, name: str = "Ana Lima", code: int = 0) -> str:
    email = f"{name.split(maxsplit=1)[0].casefold()}@desk.example"
    chosen = [part for role in roles for part in ("--role", role)]
    return terminal.run("users", "add", name, "--email", email, *chosen, "--password-file", file, code=code)


def test_people_are_added_listed_given_roles_and_shut_out(terminal: Terminal, password_file: str) -> None:
    said = add(terminal, password_file, "editor", "admin")
    add(terminal, password_file, "editor", name="Jon Ek")
    given = terminal.run("users", "roles", "JON@desk.example", "--role", "approver")
    shut_out = terminal.run("users", "disable", "jon@desk.example", "--yes", "--as", "Ana Lima")
    listed = terminal.json("users", "list")
    terminal.run("users", "enable", "jon@desk.example")
    terminal.run("users", "password", "jon@desk.example", "--password-file", password_file)

    assert "Ana Lima signs in with ana@desk.example as admin, editor." in said
    assert "Jon Ek is approver." in given
    assert "Jon Ek is shut out." in shut_out
    assert [(one["name"], one["email"], one["roles"], one["active"]) for one in listed] == [
        ("Ana Lima", "ana@desk.example", ["admin", "editor"], True), ("Jon Ek", "jon@desk.example", ["approver"], False),
    ]  # fmt: skip
    assert all(one["active"] for one in terminal.json("users", "list"))
    assert PASSWORD not in terminal.run("audit") + terminal.run("users", "list")


def test_what_cannot_be_is_refused_in_words(terminal: Terminal, password_file: str) -> None:
    weak = terminal.folder / "weak"
    weak.write_text("Password2026!\n", "utf-8")
    add(terminal, password_file, "admin")

    assert "with this login already" in add(terminal, password_file, "editor", code=1)
    assert "first that anybody tries" in add(terminal, str(weak), "editor", name="Jon Ek", code=1)
    assert "cannot be read" in add(terminal, str(terminal.folder / "none"), "editor", name="Jon Ek", code=1)
    assert "Add --yes" in terminal.run("users", "disable", "ana@desk.example", code=1)
    assert "users list" in terminal.run("users", "enable", "nobody@desk.example", code=1)
    assert "no terminal" in terminal.run("users", "add", "Jon", "--email", "jon@desk.example", "--role", "editor", code=1)
    assert "'king'" in terminal.run("users", "roles", "ana@desk.example", "--role", "king", code=2)


def test_a_token_is_shown_once_listed_without_itself_and_revoked(terminal: Terminal, password_file: str) -> None:
    add(terminal, password_file, "admin")
    made = terminal.json(
        "tokens", "add", "ana@desk.example", "--label", "newsroom board", "--scope", "read", "--expires-in", "30d"
    )
    listed = terminal.json("tokens", "list")
    shown = terminal.run("tokens", "list")
    refused = terminal.run("tokens", "add", "ana@desk.example", "--label", "x", "--scope", "approve", code=1)
    revoked = terminal.run("tokens", "revoke", made["id"])

    assert made["token"].startswith("dst_")
    assert [(one["id"], one["email"], one["scopes"], one["used_at"]) for one in listed] == [
        (made["id"], "ana@desk.example", ["read"], None)
    ]
    assert made["token"] not in str(listed) + shown
    assert "Leave out: approve" in refused
    assert "newsroom board is revoked" in revoked
    assert "tokens list" in terminal.run("tokens", "revoke", made["id"], code=1)


def test_on_a_terminal_the_password_is_asked_twice_and_not_shown(terminal: Terminal) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "distributor", "users", "add", "Ana", "--email", "ana@desk.example", "--role", "admin"]
    process = subprocess.Popen(
        command, cwd=terminal.folder, env=terminal.environ, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)

    seen = b""
    for question in (b"Password: ", b"confirmation: "):
        while not seen.endswith(question):
            seen += os.read(ours, 1000)
        os.write(ours, f"{PASSWORD}\n".encode())
    while b"signs in" not in seen:
        seen += os.read(ours, 1000)
    os.close(ours)

    assert process.wait(timeout=60) == 0
    assert PASSWORD.encode() not in seen


def test_the_table_in_the_documentation_is_the_one_that_decides(repo_root: Path) -> None:
    lines = (repo_root / "docs" / "accounts.md").read_text("utf-8").splitlines()
    header = next(line for line in lines if line.startswith("| permission |"))
    roles = [Role(word.strip()) for word in header.split("|")[3:-1]]
    written = {
        Permission(cells[0].strip(" `")): {role for role, cell in zip(roles, cells[2:], strict=True) if cell.strip() == "yes"}
        for line in lines
        if line.startswith("| `")
        for cells in [line.split("|")[1:-1]]
    }

    assert roles == list(Role)
    assert written == {permission: {role for role in Role if permission in PERMISSIONS[role]} for permission in Permission}
