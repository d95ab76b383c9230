"""The proof of a dispatch from a terminal: made, checked, doubted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.cli.terminal import Terminal
from tests.cli.test_whole_way import SAMPLE, write_people


def test_a_proof_is_made_after_the_lift_and_can_be_checked_without_the_service(running: Terminal) -> None:
    release_file, proof = running.folder / "release.md", running.folder / "proof.html"
    release_file.write_text(SAMPLE, "utf-8")
    release = running.json("release", "add", str(release_file))["release"]
    running.run("release", "approve", release, "--as", "Second Person")
    running.run("contacts", "import", str(write_people(running.folder / "people.csv", 5)), "--list", "press")
    lift = (datetime.now(UTC) + timedelta(seconds=8)).isoformat()
    dispatch = running.json(
        "dispatch", "schedule", release, "--to", "press", "--channel", "email", "--lift", lift, "--as", "Lena"
    )["dispatch"]
    early = running.run("dispatch", "proof", dispatch, "--out", "early.html")
    running.wait_for_state(dispatch, "done")

    made = running.json("dispatch", "proof", dispatch, "--out", "proof.html", "--as", "Lena")

    # Without a service: a store that is not there is not asked.
    alone = Terminal(running.folder, {**running.environ, "DISTRIBUTOR_REDIS_URL": "redis://127.0.0.1:1/0"}, running.sandbox)
    assert "nothing has left yet" in early
    assert "Teams clear" not in (running.folder / "early.html").read_text("utf-8")
    assert (made["title"], made["rows"]) == ("Proof of dispatch", 5)
    assert alone.run("dispatch", "proof", "--verify", "proof.html").startswith(f"intact: 5 rows, checksum {made['checksum']}")
    assert "The audit knows" in running.run("dispatch", "proof", dispatch, "--verify", "proof.html")
    assert made["checksum"] in running.run("audit", "--subject", dispatch)
    proof.write_text(proof.read_text("utf-8").replace("r3@news3.example", "r9@news3.example"), "utf-8", newline="\n")
    assert "changed: the data do not fit" in alone.run("dispatch", "proof", "--verify", "proof.html", code=1)
    assert alone.json("dispatch", "proof", "--verify", "proof.html", code=1)["intact"] is False


def test_a_proof_that_is_asked_for_wrongly_is_refused(terminal: Terminal) -> None:
    assert "--out FILE.html" in terminal.run("dispatch", "proof", code=2)
    assert "--out FILE.html" in terminal.run("dispatch", "proof", "--out", "proof.html", code=2)
    assert "cannot be read" in terminal.run("dispatch", "proof", "--verify", "nowhere.html", code=1)
    assert "No dispatch is called" in terminal.run("dispatch", "proof", "d7f3", "--out", "proof.html", code=1)
