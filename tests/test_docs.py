"""The documentation cannot fall behind: every command, setting, state, check and event is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from distributor.cli.reference import reference
from distributor.core.delivery import State
from distributor.core.report import DispatchState, HoldReason
from distributor.settings import all_settings
from distributor.telemetry import FIELDS, Event


def read(repo_root: Path, name: str) -> str:
    """Return a document's text."""
    return (repo_root / name).read_text("utf-8")


def test_the_command_reference_is_what_the_commands_say(repo_root: Path) -> None:
    assert reference() == read(repo_root, "docs/commands.md"), "run `make docs`"


@pytest.mark.parametrize("word", [*State, *DispatchState, *HoldReason])
def test_every_state_is_explained(repo_root: Path, word: str) -> None:
    assert f"| `{word}` |" in read(repo_root, "docs/states.md")


@pytest.mark.parametrize("event", list(Event))
def test_every_event_is_listed_with_its_fields(repo_root: Path, event: Event) -> None:
    line = next(line for line in read(repo_root, "docs/telemetry.md").splitlines() if line.startswith(f"| `{event.value}` |"))

    assert set(re.findall(r"`(\w+)` \(", line)) == set(FIELDS[event])


def test_every_setting_is_documented(repo_root: Path) -> None:
    text = read(repo_root, "docs/operations.md")

    assert [info.env for info in all_settings() if info.env not in text] == []


def test_links_between_documents_lead_somewhere(repo_root: Path) -> None:
    documents = [repo_root / "README.md", *(repo_root / "docs").rglob("*.md")]
    dead = [
        f"{document.relative_to(repo_root)}: {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text("utf-8"))
        if not (document.parent / target).exists()
    ]

    assert dead == []


def test_every_command_that_the_readme_shows_exists(repo_root: Path) -> None:
    known = {line.removeprefix("## ") for line in reference().splitlines() if line.startswith("## ")}
    shown = re.findall(r"^\s*(?:\.venv/bin/)?(distributor(?: [a-z][a-z-]*)+)", read(repo_root, "README.md"), re.MULTILINE)

    assert shown
    assert [command for command in shown if not any(command == name or command.startswith(f"{name} ") for name in known)] == []
