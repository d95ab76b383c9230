"""The containers' description: valid by its own standard, and keeping the promises that no schema knows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from distributor.settings import all_settings, load_settings
from tests.conftest import absent


@pytest.fixture(scope="module")
def compose(repo_root: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((repo_root / "docker-compose.yml").read_text(encoding="utf-8"))
    return content


def test_the_compose_file_is_valid_by_the_compose_specification(repo_root: Path) -> None:
    """There is no Docker engine where the tests run; the specification's own schema is what can be asked."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]

    answer = subprocess.run(command, cwd=repo_root, capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_hadolint_finds_nothing_in_the_dockerfile(repo_root: Path) -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        absent("hadolint", remedy="It comes with the locked dependencies on Linux x86-64.")

    answer = subprocess.run([hadolint, "Dockerfile"], cwd=repo_root, capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_ledger_is_durable_and_reached_from_inside_only(compose: dict[str, Any]) -> None:
    redis = compose["services"]["redis"]
    options = dict(zip(redis["command"][1::2], redis["command"][2::2], strict=True))

    assert (options["--appendonly"], options["--appendfsync"]) == ("yes", "always")
    assert options["--maxmemory-policy"] == "noeviction"
    assert redis["healthcheck"]["test"] == ["CMD", "redis-cli", "ping"]
    assert redis["volumes"] == ["ledger:/data"]
    assert "ports" not in redis
    assert redis["networks"] == ["ledger"]
    assert compose["networks"]["ledger"]["internal"] is True


def test_workers_can_be_many(compose: dict[str, Any]) -> None:
    """A fixed container name or published port would let only one start."""
    worker = compose["services"]["worker"]

    assert "container_name" not in worker
    assert "ports" not in worker
    assert worker["deploy"]["replicas"] >= 2


def test_a_stopped_worker_has_time_to_record_what_it_sent(compose: dict[str, Any]) -> None:
    dispatch = load_settings(environ={}, cwd=Path("/nonexistent")).dispatch

    grace_s = int(compose["services"]["worker"]["stop_grace_period"].removesuffix("s"))

    assert grace_s > dispatch.connect_timeout_s + dispatch.read_timeout_s


@pytest.mark.parametrize("service", ["worker", "web"])
def test_containers_get_their_secrets_as_files_and_nothing_unknown(compose: dict[str, Any], service: str, tmp_path: Path) -> None:
    container = compose["services"][service]
    secrets = {info.env for info in all_settings() if info.is_secret}
    environ = {}
    for name, value in container["environment"].items():
        is_a_file = name.endswith("_FILE")
        assert is_a_file or name not in secrets or value.startswith("redis://redis:")
        if is_a_file:
            assert value.removeprefix("/run/secrets/") in container["secrets"]
            (tmp_path / "secret").write_text("value", encoding="utf-8")
        environ[name] = "secret" if is_a_file else value

    settings = load_settings(environ=environ, cwd=tmp_path)

    assert settings.redis_url is not None
    assert set(container["secrets"]) <= set(compose["secrets"])


def test_the_example_of_the_containers_settings_is_understood(repo_root: Path, tmp_path: Path) -> None:
    lines = (repo_root / "config" / "compose.env.example").read_text(encoding="utf-8").splitlines()
    environ = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    settings = load_settings(environ=environ, cwd=tmp_path)

    assert settings.sender.postal_address
    assert settings.public_url.startswith("https://")


def test_the_image_runs_without_root_and_carries_no_secret(repo_root: Path) -> None:
    lines = (repo_root / "Dockerfile").read_text(encoding="utf-8").splitlines()
    stages = [line.split()[1] for line in lines if line.startswith("FROM ")]
    last_stage = lines[max(at for at, line in enumerate(lines) if line.startswith("FROM ")) :]

    assert len(stages) == 2
    assert all("-slim-" in stage for stage in stages)
    assert [line for line in last_stage if line.startswith("USER ")] == ["USER 10001"]
    assert any("/readyz" in line for line in last_stage)
    assert not any(line.startswith(("ADD ", "ARG ")) for line in lines)
    assert not any(info.env in "\n".join(lines) for info in all_settings() if info.is_secret)


def test_the_builder_sees_neither_data_nor_secrets(repo_root: Path) -> None:
    lines = (repo_root / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    copied = {
        word.removeprefix("./")
        for line in (repo_root / "Dockerfile").read_text(encoding="utf-8").splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    }

    assert rules[0] == "*"
    assert copied == {rule.removeprefix("!").split("/")[0] for rule in rules if rule.startswith("!")}
