"""The wheel: what is installed elsewhere carries everything, and works from any folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.conftest import absent

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def wheel(repo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as a release would, with the locked builder."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=repo_root, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, repo_root: Path, clean_environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install it with its locked dependencies into an environment of its own, and return that environment's programs."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    pip = [*_pip(), "--python", str(python), "install", "-q", "--disable-pip-version-check", "--no-input", "--no-deps"]
    for what in (["--require-hashes", "-r", str(repo_root / "requirements.lock")], [str(wheel)]):
        answer = subprocess.run([*pip, *what], env=clean_environ, check=False, capture_output=True, text=True)
        assert answer.returncode == 0, answer.stderr
    return folder / "bin"


def test_the_wheel_carries_templates_settings_scripts_and_licence(wheel: Path, repo_root: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    templates = {f"distributor/_resources/{path.relative_to(repo_root)}" for path in (repo_root / "templates").rglob("*.*")}
    scripts = {str(path.relative_to(repo_root)) for path in (repo_root / "distributor").rglob("*.lua")}

    missing = (templates | scripts | {"distributor/_resources/config/distributor.toml"}) - names

    assert missing == set()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith("tests/") for name in names)


def test_the_installed_program_says_its_version(installed: Path, tmp_path: Path, clean_environ: dict[str, str]) -> None:
    answer = subprocess.run(
        [installed / "distributor", "--version"], cwd=tmp_path, env=clean_environ, capture_output=True, text=True, check=False
    )

    assert answer.returncode == 0, answer.stderr
    assert version("distributor") in answer.stdout


def test_the_demo_runs_from_an_empty_folder(installed: Path, tmp_path: Path, clean_environ: dict[str, str]) -> None:
    answer = subprocess.run(
        [installed / "distributor", "demo", "--contacts", "20", "--lift-in", "3"],
        cwd=tmp_path,
        env=clean_environ,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout + answer.stderr


def _pip() -> list[str]:
    """Return the pip of this environment, or the one outside it that filled it (see Makefile)."""
    for python in (sys.executable, str(getattr(sys, "_base_executable", sys.executable))):
        if subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
            return [python, "-m", "pip"]
    return absent("pip", remedy="Debian: apt install python3-pip.")
