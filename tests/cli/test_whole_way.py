"""From a file to everybody's inbox, with the commands of the README and real processes."""

from __future__ import annotations

import csv
import json
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.conftest import absent

SAMPLE = """---
headline: Teams clear the last mines around a village school
city: Geneva
date: 2026-11-23
author: Lena Fischer
contacts:
  - name: Lena Fischer
    email: press@campaign.example
link: https://example.org/school
---
Children in the valley can walk to school again, the campaign said today, after teams cleared 40 hectares.

“The path is open,” said Mara Lind, head of the clearance team.

Ends
"""


def write_people(file: Path, count: int) -> Path:
    """Write a media list of so many people."""
    rows = "\n".join(f"Reporter {n},r{n}@news{n % 7}.example,Outlet {n % 7},en,test" for n in range(count))
    file.write_text(f"name,email,outlet,language,tags\n{rows}\n", "utf-8")
    return file


def real_release(repo_root: Path) -> Path:
    """Return the real release that is kept beside the project."""
    file = repo_root.parent / "shared" / "releases" / "icbl-cmc-2022-03-30.txt"
    return file if file.exists() else absent("The real release", remedy="It lies in ../shared/releases.")


def test_the_real_release_reaches_a_thousand_contacts_at_its_lift(running: Terminal, repo_root: Path) -> None:
    """The first issue's own measure of done."""
    release = running.json("release", "add", str(real_release(repo_root)))["release"]
    checks = running.json("release", "check", release)["checks"]
    assert "dead-links" in running.run("release", "check", release, "--strict", code=1)
    assert [c["check"] for c in checks if c["severity"] == "error" and not c["passed"]] == ["dead-links"]
    running.run("release", "approve", release, "--as", "Second Person", code=1)
    running.run("release", "approve", release, "--as", "Second Person", "--waive", "dead-links", "--reason", "they follow")
    running.run("contacts", "import", str(write_people(running.folder / "people.csv", 1000)), "--list", "press")
    lift = datetime.now(UTC) + timedelta(seconds=20)

    scheduled = running.json(
        "dispatch", "schedule", release, "--to", "press", "--channel", "email", "--channel", "x",
        "--lift", lift.isoformat(), "--as", "Lena",
    )  # fmt: skip
    armed = running.json("dispatch", "status", scheduled["dispatch"])
    assert (armed["state"], running.sandbox.summary()["messages"]) == ("armed", 0)
    status = running.wait_for_state(scheduled["dispatch"], "done", "incomplete")

    summary, log = running.sandbox.summary(), running.sandbox.log()
    assert status["state"] == "done"
    assert (summary["messages"], summary["recipients"], summary["duplicates"]) == (1000, 1000, 0)
    assert summary["messages_with_several_recipients"] == 0
    lift_us = int(lift.timestamp() * 1_000_000)
    sends = [r["begun_at"] for r in log["requests"] if r["method"] == "POST" and r["path"] in {"/v3/mail/send", "/2/tweets"}]
    assert min(sends) >= lift_us
    posts = log["posts"]
    assert [part["id"] for part in status["channels"]["x"]["parts"]] == [post["id"] for post in posts]
    assert [post["reply_to"] for post in posts] == [None, *(post["id"] for post in posts[:-1])]
    assert sum(status["channels"]["email"]["states"].values()) == status["channels"]["email"]["total"] == 1000


@pytest.fixture
def scheduled(running: Terminal) -> str:
    """Return a dispatch to twenty people whose lift is an hour away."""
    file = running.folder / "release.md"
    file.write_text(SAMPLE, "utf-8")
    release = running.json("release", "add", str(file))["release"]
    running.run("release", "approve", release, "--as", "Second Person")
    running.run("contacts", "import", str(write_people(running.folder / "people.csv", 20)), "--list", "press")
    lift = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    return str(
        running.json("dispatch", "schedule", release, "--to", "press", "--channel", "email", "--lift", lift, "--as", "Lena")[
            "dispatch"
        ]
    )


def test_a_dispatch_is_held_resumed_explained_cancelled_and_reported(running: Terminal, scheduled: str) -> None:
    running.run("dispatch", "hold", scheduled, "--as", "Lena", "--reason", "the minister calls")
    assert running.json("dispatch", "status", scheduled)["state"] == "held"
    running.run("dispatch", "resume", scheduled, "--as", "Lena")
    assert running.json("dispatch", "status", scheduled)["state"] == "armed"
    assert "the minister calls" in running.run("why", scheduled)
    assert "has not left yet" in running.run("why", scheduled, "R3@news3.example")
    running.run("why", scheduled, "stranger@news.example", code=1)
    running.run("dispatch", "cancel", scheduled, "--as", "Lena", code=1)
    running.run("dispatch", "cancel", scheduled, "--as", "Lena", "--yes")

    running.run("dispatch", "report", scheduled, "--out", "proof.csv")
    running.run("dispatch", "report", scheduled, "--out", "proof.json")

    assert running.json("dispatch", "status", scheduled)["channels"]["email"]["states"] == {"withdrawn": 20}
    with (running.folder / "proof.csv").open(encoding="utf-8-sig") as handle:
        rows = list(csv.DictReader(handle))
    assert {row["state"] for row in rows} == {"withdrawn"}
    assert len(rows) == len(json.loads((running.folder / "proof.json").read_text("utf-8"))["rows"]) == 20
    actions = [json.loads(line)["action"] for line in running.run("audit").splitlines()]
    assert {"release.added", "release.approved", "dispatch.scheduled", "dispatch.held", "dispatch.cancelled"} <= set(actions)


def test_somebody_who_asks_to_be_left_alone_before_the_lift_is(running: Terminal, scheduled: str) -> None:
    running.run("suppress", "add", "r3@news3.example", "--reason", "asked by phone")
    running.run("dispatch", "cancel", scheduled, "--as", "Lena", "--yes")
    release = running.json("dispatch", "status", scheduled)["release"]
    # Far enough ahead for two commands on a busy machine.
    lift = (datetime.now(UTC) + timedelta(seconds=15)).isoformat()
    dispatch = running.json(
        "dispatch", "schedule", release, "--to", "press", "--channel", "email", "--lift", lift, "--as", "Lena"
    )["dispatch"]
    running.run("suppress", "add", "r5@news5.example", "--reason", "asked by phone")

    status = running.wait_for_state(dispatch, "done", "incomplete")

    assert status["channels"]["email"]["states"]["suppressed"] == 2
    received = {message["to"] for message in running.sandbox.log()["messages"]}
    assert received == {f"r{n}@news{n % 7}.example" for n in range(20)} - {"r3@news3.example", "r5@news5.example"}


def test_wrong_requests_are_refused_with_a_reason_and_a_remedy(terminal: Terminal) -> None:
    file = terminal.folder / "release.md"
    file.write_text(SAMPLE, "utf-8")
    release = terminal.json("release", "add", str(file))["release"]

    assert "cannot approve" in terminal.run("release", "approve", release, "--as", "Lena Fischer", code=1)
    assert "not approved" in terminal.run(
        "dispatch", "schedule", release, "--to", "press", "--channel", "email", "--as", "L", code=1
    )
    terminal.run("release", "approve", release, "--as", "Second Person")
    assert "No list is called 'press'" in terminal.run(
        "dispatch", "schedule", release, "--to", "press", "--channel", "email", "--lift", "2027-01-01T00:01Z", "--as", "L", code=1
    )
    assert "which zone" in terminal.run(
        "dispatch", "schedule", release, "--channel", "email", "--lift", "2027-01-01T00:01", "--as", "L", code=2
    )
    assert "nowhere.md: The file cannot be read." in terminal.run("release", "add", "nowhere.md", code=1)
    assert "remedy" in terminal.json("doctor", code=1)["findings"][0]


def test_a_schedule_without_a_lift_asks_for_one(terminal: Terminal) -> None:
    file = terminal.folder / "release.md"
    file.write_text(SAMPLE, "utf-8")
    release = terminal.json("release", "add", str(file))["release"]
    terminal.run("release", "approve", release, "--as", "Second Person")
    terminal.run("contacts", "import", str(write_people(terminal.folder / "people.csv", 2)), "--list", "press")

    said = terminal.run("dispatch", "schedule", release, "--to", "press", "--channel", "email", "--as", "L", code=1)

    assert "--lift" in said


def test_any_one_worker_that_is_left_is_enough(terminal: Terminal) -> None:
    """Two workers wait for the lift; one is killed with SIGKILL a second before it."""
    process = terminal.start("up", "--workers", "1")
    extra = None
    try:
        assert process.stdout is not None
        process.stdout.readline()
        extra = terminal.start("worker", "--name", "extra")
        file = terminal.folder / "release.md"
        file.write_text(SAMPLE, "utf-8")
        release = terminal.json("release", "add", str(file))["release"]
        terminal.run("release", "approve", release, "--as", "Second Person")
        terminal.run("contacts", "import", str(write_people(terminal.folder / "people.csv", 50)), "--list", "press")
        lift = datetime.now(UTC) + timedelta(seconds=10)
        dispatch = terminal.json(
            "dispatch", "schedule", release, "--to", "press", "--channel", "email", "--lift", lift.isoformat(), "--as", "L"
        )["dispatch"]
        time.sleep(max(0.0, (lift - datetime.now(UTC)).total_seconds() - 2))
        extra.send_signal(signal.SIGKILL)

        status = terminal.wait_for_state(dispatch, "done", "incomplete")

        assert status["channels"]["email"]["states"] == {"accepted": 50}
        assert terminal.sandbox.summary()["duplicates"] == 0
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        if extra is not None:
            extra.kill()
            extra.communicate()
