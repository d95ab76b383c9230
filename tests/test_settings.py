"""Settings: three places, one order, and no name or value that is silently ignored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from distributor.core.errors import ConfigurationError
from distributor.settings import Settings, all_settings, load_settings


def load(folder: Path, environ: Mapping[str, str] | None = None, *, toml: str = "") -> Settings:
    if toml:
        (folder / "config").mkdir(exist_ok=True)
        (folder / "config" / "distributor.toml").write_text(toml, encoding="utf-8")
    return load_settings(environ=environ or {}, cwd=folder)


def refusal(folder: Path, environ: Mapping[str, str] | None = None, *, toml: str = "") -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, environ, toml=toml)
    return str(caught.value)


def test_the_shipped_file_says_what_the_program_does_without_it(tmp_path: Path) -> None:
    """Somebody who copies config/distributor.toml must not change anything by copying it."""
    settings = load(tmp_path)

    assert settings == Settings(data_dir=tmp_path / "var")


def test_every_setting_that_is_no_secret_stands_in_the_shipped_file(repo_root: Path) -> None:
    lines = (repo_root / "config" / "distributor.toml").read_text(encoding="utf-8").splitlines()
    written = {line.lstrip("# ").split(" = ")[0] for line in lines if " = " in line}

    missing = [info.key for info in all_settings() if not info.is_secret and info.key.split(".")[-1] not in written]

    assert missing == []


def test_the_working_folder_wins_over_the_package_and_the_environment_over_both(tmp_path: Path) -> None:
    toml = 'desk_zone = "Europe/Zurich"\n[web]\nport = 9000\n'

    settings = load(tmp_path, {"DISTRIBUTOR_WEB__PORT": "9001"}, toml=toml)

    assert (settings.desk_zone, settings.web.port, settings.web.host) == ("Europe/Zurich", 9001, "127.0.0.1")


def test_another_file_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "desk.toml").write_text("[worker]\nconcurrency = 9\n", encoding="utf-8")

    settings = load(tmp_path, {"DISTRIBUTOR_CONFIG": "desk.toml"}, toml="[worker]\nconcurrency = 2\n")

    assert settings.worker.concurrency == 9


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert "there is no file desk.toml" in refusal(tmp_path, {"DISTRIBUTOR_CONFIG": "desk.toml"})


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("DISTRIBUTOR_SENDGRID__API_KYE", "DISTRIBUTOR_SENDGRID__API_KEY"),
        ("DISTRIBUTOR_SENDGRID_API_KEY", "DISTRIBUTOR_SENDGRID__API_KEY"),
        ("DISTRIBUTOR_REDIS_URI", "DISTRIBUTOR_REDIS_URL"),
    ],
)
def test_a_misspelt_name_in_the_environment_is_an_error_that_knows_the_right_one(tmp_path: Path, name: str, nearest: str) -> None:
    message = refusal(tmp_path, {name: "value"})

    assert message == f"{name}: there is no such setting. Did you mean {nearest}?"


@pytest.mark.parametrize(
    ("toml", "key", "nearest"),
    [
        ("[dispatch]\nlate_limit_minuts = 5\n", "dispatch.late_limit_minuts", "dispatch.late_limit_minutes"),
        ("[sendgird]\nbase_url = 'https://x.example'\n", "sendgird.base_url", "sendgrid.base_url"),
        ("public_uri = 'https://x.example'\n", "public_uri", "public_url"),
    ],
)
def test_a_misspelt_name_in_the_file_is_an_error_that_knows_the_right_one(
    tmp_path: Path, toml: str, key: str, nearest: str
) -> None:
    message = refusal(tmp_path, toml=toml)

    assert message == f"config/distributor.toml: there is no setting {key}. Did you mean {nearest}?"


@pytest.mark.parametrize("toml", ["sendgrid = 3\n", "[wbe]\n", "[web.port]\nx = 1\n", "[[web]]\nport = 1\n", "port = [\n"])
def test_a_file_of_another_shape_is_refused_with_its_name(tmp_path: Path, toml: str) -> None:
    assert refusal(tmp_path, toml=toml).startswith("config/distributor.toml: ")


def test_a_file_that_is_no_text_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "desk.toml").write_bytes(b"\xff\xfe\x00")

    assert refusal(tmp_path, {"DISTRIBUTOR_CONFIG": "desk.toml"}).startswith("desk.toml: cannot be read")


def test_a_secret_is_read_from_a_file_without_its_last_newline(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("SG.one two\n", encoding="utf-8")

    settings = load(tmp_path, {"DISTRIBUTOR_SENDGRID__API_KEY_FILE": "key"})

    assert settings.sendgrid.api_key == SecretStr("SG.one two")


def test_a_setting_and_its_file_together_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("one", encoding="utf-8")
    environ = {"DISTRIBUTOR_SENDGRID__API_KEY": "two", "DISTRIBUTOR_SENDGRID__API_KEY_FILE": "key"}

    message = refusal(tmp_path, environ)

    assert message.startswith("DISTRIBUTOR_SENDGRID__API_KEY and DISTRIBUTOR_SENDGRID__API_KEY_FILE are both set.")


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"x" * 100_000])
def test_a_secret_file_that_holds_no_secret_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)

    assert "DISTRIBUTOR_SMTP__URL_FILE" in refusal(tmp_path, {"DISTRIBUTOR_SMTP__URL_FILE": "key"})


def test_a_secret_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert "DISTRIBUTOR_SMTP__URL_FILE" in refusal(tmp_path, {"DISTRIBUTOR_SMTP__URL_FILE": "nowhere"})


def test_an_empty_value_in_the_environment_is_one_that_nobody_set(tmp_path: Path) -> None:
    """Compose passes `${NAME:-}` on as an empty string."""
    settings = load(tmp_path, {"DISTRIBUTOR_REDIS_URL": "", "DISTRIBUTOR_WEB__PORT": ""})

    assert settings.redis_url is None
    assert settings.web.port == 8080


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISTRIBUTOR_WEB__PORT", "80 80"),
        ("DISTRIBUTOR_WEB__PORT", "70000"),
        ("DISTRIBUTOR_DISPATCH__BATCH_SIZE", "1001"),
        ("DISTRIBUTOR_DISPATCH__LATE_LIMIT_MINUTES", "0"),
        ("DISTRIBUTOR_APPROVAL__TWO_PERSON", "perhaps"),
        ("DISTRIBUTOR_DESK_ZONE", "Europe/Atlantis"),
        ("DISTRIBUTOR_DESK_ZONE", "../../etc/passwd"),
        ("DISTRIBUTOR_PUBLIC_URL", "press.example.net"),
        ("DISTRIBUTOR_PUBLIC_URL", "https:///page"),
        ("DISTRIBUTOR_SENDER__EMAIL", "desk@example.org, editor@example.org"),
        ("DISTRIBUTOR_LOG__FORMAT", "xml"),
    ],
)
def test_a_wrong_value_is_named_by_its_place_and_never_quoted(tmp_path: Path, name: str, value: str) -> None:
    """What stands in the wrong place may be a secret."""
    message = refusal(tmp_path, {name: value})

    assert message.startswith(f"{name}: ")
    assert value == "0" or value not in message


def test_a_call_that_could_outlive_its_lease_is_refused(tmp_path: Path) -> None:
    """Another worker would take the batch in doubt while the first still waits for its answer."""
    message = refusal(tmp_path, {"DISTRIBUTOR_DISPATCH__LEASE_SECONDS": "35"})

    assert "DISTRIBUTOR_DISPATCH__LEASE_SECONDS" in message
    assert "must be below lease_seconds" in message


def test_all_wrong_values_are_told_at_once(tmp_path: Path) -> None:
    message = refusal(tmp_path, {"DISTRIBUTOR_WEB__PORT": "x", "DISTRIBUTOR_WORKER__CONCURRENCY": "0"})

    assert [line.split(":")[0] for line in message.splitlines()] == ["DISTRIBUTOR_WORKER__CONCURRENCY", "DISTRIBUTOR_WEB__PORT"]


def test_no_secret_is_shown_by_repr(tmp_path: Path) -> None:
    environ = {info.env: "hush-hush" for info in all_settings() if info.is_secret}

    settings = load(tmp_path, environ)

    assert len(environ) == 11
    assert "hush-hush" not in repr(settings)
    assert "hush-hush" not in settings.model_dump_json()


@given(st.dictionaries(st.from_regex(r"DISTRIBUTOR_[A-Z_]{0,30}", fullmatch=True), st.text(max_size=20), max_size=4))
def test_any_environment_gives_settings_or_one_readable_error(environ: dict[str, str]) -> None:
    folder = Path("/nonexistent")
    try:
        settings = load_settings(environ=environ, cwd=folder)
    except ConfigurationError as error:
        assert str(error).startswith("DISTRIBUTOR_")  # noqa: PT017 - either outcome is right
    else:
        assert settings.data_dir == folder / "var"


def test_the_operators_table_lists_every_setting_as_it_is(repo_root: Path) -> None:
    page = (repo_root / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `DISTRIBUTOR_")]

    expected = [
        f"| `{info.env}` | {f'`{info.default}`' if info.default else ''} | {info.description} |" for info in all_settings()
    ]

    assert rows == expected
