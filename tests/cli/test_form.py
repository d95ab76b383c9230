"""How a release goes onto X is chosen, shown and sealed before it is scheduled."""

from __future__ import annotations

from tests.cli.terminal import Terminal
from tests.cli.test_whole_way import SAMPLE


def test_the_form_is_shown_with_what_it_costs_before_the_seal_and_is_what_is_scheduled(terminal: Terminal) -> None:
    file = terminal.folder / "release.md"
    file.write_text(SAMPLE, "utf-8")
    release = terminal.json("release", "add", str(file))["release"]

    as_thread = terminal.run("release", "preview", release, "--channel", "x")
    as_post = terminal.run("release", "preview", release, "--channel", "x", "--form", "post")
    said = terminal.run("release", "approve", release, "--as", "Second Person", "--form", "post")
    dispatch = terminal.json("dispatch", "schedule", release, "--channel", "x", "--lift", "2099-01-01T00:01Z", "--as", "L")[
        "dispatch"
    ]
    status = terminal.json("dispatch", "status", dispatch)

    assert "Thread on x: 1 post," not in as_thread
    assert "Thread on x: 1 post," in as_post
    assert said.index("X: 100 posts per 15 minutes. Room for this one.") < said.index("Seal: ")
    assert status["channels"]["x"]["total"] == 1
