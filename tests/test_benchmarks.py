"""The benchmarks run; what they measure is not judged here, for a test machine's speed says nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.channels.postfix import why_not_here


@pytest.mark.slow
def test_a_small_benchmark_measures_every_budget(repo_root: Path, clean_environ: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--recipients", "2000", "--lifts", "3", "--tasks", "20"],
        cwd=repo_root, env=clean_environ, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip

    rows = [line for line in done.stdout.splitlines() if line.startswith("| ") and "---" not in line]
    assert len(rows) == (9 if why_not_here() else 10), done.stdout + done.stderr
    assert "0 early" in rows[-1]
