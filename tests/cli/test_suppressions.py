"""Suppressions and notes as staff use them."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.cli.terminal import Terminal


def test_a_file_is_tried_first_then_imported_and_listed(terminal: Terminal) -> None:
    file = terminal.folder / "never.csv"
    file.write_text("email,why\nana@paper.example,asked\nnobody,\njon@radio.example,\n", "utf-8")
    command = ("suppress", "import", str(file), "--reason", "moved over", "--as", "Ana Lima")

    tried = terminal.json(*command, "--dry-run")
    done = terminal.json(*command)
    listed = json.loads(terminal.run("suppress", "list", "--json"))

    assert (tried["new"], tried["dry_run"], [wrong["line"] for wrong in tried["wrong"]]) == (2, True, [3])
    assert (done["new"], done["known"]) == (2, 0)
    assert {(one["address"], one["list"]) for one in listed} == {("ana@paper.example", None), ("jon@radio.example", None)}
    assert "0 are suppressed, 2 were already" in terminal.run(*command)


def test_a_file_that_is_none_is_refused_and_says_what_would_be_right(terminal: Terminal) -> None:
    file = terminal.folder / "never.csv"
    file.write_text("name\nAna\n", "utf-8")

    said = terminal.run("suppress", "import", str(file), "--reason", "x", "--as", "Ana", code=1)

    assert 'Name that column "email"' in said
    assert "No notes." in terminal.run("notes")


def test_a_mail_from_the_pipe_is_read_and_what_is_nobodys_is_left_alone(terminal: Terminal) -> None:
    """Ends with 0: anything else makes the mail server return the mail to its sender."""
    said = terminal.json("inbound")

    assert said == {"kind": "other", "taken": "nothing to do"}


def test_while_redis_is_away_the_mail_server_is_asked_to_try_again(terminal: Terminal) -> None:
    mail = f"Subject: unsubscribe {'A' * 40}\n\n"

    done = subprocess.run(
        [sys.executable, "-m", "distributor", "inbound"], input=mail.encode(), capture_output=True, check=False,
        env={**terminal.environ, "DISTRIBUTOR_REDIS_URL": "redis://127.0.0.1:9/0"}, cwd=terminal.folder,
    )  # fmt: skip

    assert done.returncode == 75, done.stderr
    assert b"Traceback" not in done.stderr
