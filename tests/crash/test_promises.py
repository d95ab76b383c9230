"""docs/reliability.md names the tests that attack each promise; a name that no test has would be an empty promise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROMISES = 13


@pytest.fixture(scope="module")
def document(repo_root: Path) -> str:
    """Return the document."""
    return (repo_root / "docs" / "reliability.md").read_text("utf-8")


def test_every_test_that_the_document_names_exists(document: str, repo_root: Path) -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (repo_root / "tests").rglob("*.py"))
    there = set(re.findall(r"^\s*def (test_\w+)", sources, re.MULTILINE))

    named = set(re.findall(r"`(test_\w+)`", document))

    assert len(named) > 2 * PROMISES
    assert sorted(named - there) == []


@pytest.mark.parametrize("number", range(1, PROMISES + 1))
def test_every_promise_is_attacked_by_at_least_one_test(document: str, number: int) -> None:
    (row,) = re.findall(rf"^\| \*\*{number}\. .*$", document, re.MULTILINE)

    assert "`test_" in row
