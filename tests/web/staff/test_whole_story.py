"""From a paste to the proof of dispatch, by two people in their browsers, with real server, workers, Redis and sandbox."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from distributor.sandbox.serve import RunningSandbox
from tests.cli.terminal import Terminal
from tests.cli.test_whole_way import write_people

PASSWORD = "nine slow rivers meet"
WRITER, APPROVER = "lena@desk.example.org", "amadou@desk.example.org"
TEXT = """---
headline: Teams clear the last mines around a village school
city: Geneva
date: 2026-11-23
embargo: {embargo}
contacts:
  - name: Lena Fischer
    email: press@campaign.example
link: https://example.org/school
---
Children in the valley can walk to school again, the campaign said today, after teams cleared 40 hectares.

“The path is open,” said Mara Lind, head of the clearance team.

Ends
"""
#: Long enough to import, approve and schedule on a busy machine.
LIFT_IN = timedelta(seconds=45)


@pytest.fixture
def office(tmp_path: Path, clean_environ: dict[str, str]) -> Iterator[Terminal]:
    """Return the terminal of a press office where `distributor up` runs, and two people have accounts."""
    with RunningSandbox() as sandbox:
        terminal = Terminal(tmp_path, clean_environ, sandbox)
        up = terminal.start("up", "--workers", "1")
        assert up.stdout is not None
        first_line = up.stdout.readline()
        assert "is up" in first_line, first_line + up.stdout.read()
        (tmp_path / "password").write_text(PASSWORD)
        for name, login, roles in (
            ("Lena Fischer", WRITER, ("editor", "dispatcher")),
            ("Amadou Diallo", APPROVER, ("approver",)),
        ):
            wanted = [word for role in roles for word in ("--role", role)]
            terminal.run("users", "add", name, "--email", login, *wanted, "--password-file", str(tmp_path / "password"))
        yield terminal
        up.send_signal(signal.SIGTERM)
        up.communicate(timeout=60)
        assert up.returncode == 0


def signed_in(browser: Browser, office: Terminal, login: str) -> Page:
    """Return the browser of somebody who has signed in."""
    page = browser.new_context(base_url=f"http://127.0.0.1:{office.web_port}").new_page()
    page.goto("/")
    page.get_by_label("E-mail address").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Releases")
    return page


def test_two_people_take_a_release_from_a_paste_to_the_proof_of_dispatch(browser: Browser, office: Terminal) -> None:
    """Nobody early, nobody twice, nobody forgotten; and neither of the two has opened a terminal."""
    lena, amadou = signed_in(browser, office, WRITER), signed_in(browser, office, APPROVER)
    lena.get_by_role("link", name="People").click()
    lena.get_by_role("link", name="Import a media list").click()
    lena.get_by_label("The file").set_input_files(write_people(office.folder / "people.csv", 40))
    lena.get_by_label("Onto a new list").fill("press")
    lena.get_by_role("button", name="Look at its columns").click()
    lena.get_by_role("button", name="See what would happen").click()
    lena.get_by_role("button", name="Import now").click()
    expect(lena.get_by_role("heading", level=1)).to_have_text("Imported")

    lift = (datetime.now(UTC) + LIFT_IN).replace(microsecond=0)
    lena.get_by_role("link", name="Releases").click()
    lena.get_by_role("link", name="New release").click()
    lena.get_by_label("The release", exact=True).fill(TEXT.format(embargo=f"{lift:%Y-%m-%d %H:%M:%S} UTC"))
    lena.get_by_role("button", name="Take it in").click()
    expect(lena.get_by_role("heading", level=1)).to_have_text("Teams clear the last mines around a village school")

    amadou.reload()
    amadou.get_by_role("link", name="Teams clear").click()
    amadou.get_by_role("link", name="Approve and schedule").click()
    amadou.get_by_role("button", name="Approve and seal").click()
    code = amadou.get_by_label("Short code of the seal").inner_text()

    lena.get_by_role("link", name="Approve and schedule").click()
    expect(lena.get_by_label("Short code of the seal")).to_have_text(code)
    lena.get_by_role("link", name="Schedule it").click()
    lena.get_by_label("press 40 people").check()
    lena.get_by_role("button", name="See what will happen").click()
    lena.get_by_role("button", name="Schedule it").click()
    expect(lena.get_by_text("leaves in")).to_be_visible()
    assert office.sandbox.summary()["messages"] == 0

    # The board tells of the wave by itself; nobody touches anything.
    expect(lena.locator("#board .state-done")).to_be_visible(timeout=(LIFT_IN + timedelta(seconds=60)).total_seconds() * 1000)
    expect(lena.locator("#board a[href*='/status/']").first).to_be_visible()
    (dispatch,) = re.findall(r"/dispatches/(d\w+)", lena.url)
    proof = proof_of(lena, office)

    assert office.run("dispatch", "proof", dispatch, "--verify", str(proof))
    assert "Amadou Diallo" in proof.read_text("utf-8")
    everything_was_kept(office, lift)


def proof_of(page: Page, office: Terminal) -> Path:
    """Return the proof that the page gives."""
    page.get_by_role("link", name="Report and proof").click()
    with page.expect_download() as coming:
        page.get_by_role("button", name="Proof of dispatch").click()
    file = office.folder / "proof.html"
    coming.value.save_as(file)
    return file


def everything_was_kept(office: Terminal, lift: datetime) -> None:
    """Look into the sandbox's own log."""
    log, until = office.sandbox.log(), time.monotonic() + 10
    while len(log["messages"]) < 40 and time.monotonic() < until:
        log = office.sandbox.log()
    received = [message["to"] for message in log["messages"]]
    sends = [
        sent["begun_at"]
        for sent in log["requests"]
        if sent["method"] == "POST" and sent["path"] in {"/v3/mail/send", "/2/tweets"}
    ]
    assert sorted(received) == sorted(f"r{n}@news{n % 7}.example" for n in range(40))
    assert min(sends) >= int(lift.timestamp() * 1_000_000)
    assert len(log["posts"]) >= 1
