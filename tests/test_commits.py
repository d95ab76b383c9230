"""Subjects of commits: they are read in lists, by people who look for one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

_LIMIT = 70


def test_the_last_subjects_can_be_read_in_a_list(repo_root: Path) -> None:
    if shutil.which("git") is None or not (repo_root / ".git").exists():
        pytest.skip("not a git checkout: an unpacked archive has no commits")

    log = subprocess.run(
        ["git", "log", "-50", "--no-merges", "--format=%s"], cwd=repo_root, capture_output=True, text=True, check=True
    )
    subjects = log.stdout.splitlines()

    assert [each for each in subjects if len(each) > _LIMIT or not each[0].isupper() or each.endswith(".")] == []
    assert subjects
