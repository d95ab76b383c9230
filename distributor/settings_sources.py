"""Where settings stand: TOML files and the environment, flattened to dotted names that remember their place."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from distributor.core.errors import ConfigurationError
from distributor.resources import resource

ENV_PREFIX = "DISTRIBUTOR_"
#: Names another settings file than config/distributor.toml in the working folder.
CONFIG_FILE_ENV = f"{ENV_PREFIX}CONFIG"
_FILE_SUFFIX = "_FILE"
#: No secret is longer; a file that is larger was named by mistake.
_SECRET_FILE_LIMIT_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One value and where it stood."""

    value: object
    #: For messages: "config/distributor.toml" or "DISTRIBUTOR_WEB__PORT".
    origin: str


def env_name(key: str) -> str:
    """Return a setting's name in the environment.

    >>> env_name("sendgrid.api_key")
    'DISTRIBUTOR_SENDGRID__API_KEY'
    """
    return ENV_PREFIX + key.replace(".", "__").upper()


def gather(*, environ: Mapping[str, str], cwd: Path, known: frozenset[str]) -> dict[str, Found]:
    """Return every setting that somebody made, by dotted name; later places win over earlier ones.

    Raises:
        ConfigurationError: a file cannot be read, or a name is not among the known ones.
    """
    default_file = resource("config", "distributor.toml")
    found = _from_toml(default_file, shown_as="the package's distributor.toml", known=known)
    own_file, shown_as = _own_file(environ, cwd)
    if own_file is not None and not own_file.samefile(default_file):
        found |= _from_toml(own_file, shown_as=shown_as, known=known)
    return found | _from_environment(environ, cwd=cwd, known=known)


def as_tree(found: Mapping[str, Found]) -> dict[str, object]:
    """Return nested tables, as the settings' classes expect them."""
    tree: dict[str, object] = {}
    for key, item in found.items():
        *groups, name = key.split(".")
        table = tree
        for group in groups:
            inner = table.setdefault(group, {})
            # `_from_toml` lets no scalar stand where a group is known.
            assert isinstance(inner, dict)  # noqa: S101
            table = inner
        table[name] = item.value
    return tree


def _own_file(environ: Mapping[str, str], cwd: Path) -> tuple[Path | None, str]:
    named = environ.get(CONFIG_FILE_ENV, "")
    path = cwd / (named or "config/distributor.toml")
    if path.is_file():
        return path, named or "config/distributor.toml"
    if named:
        raise ConfigurationError(f"{CONFIG_FILE_ENV}: there is no file {named}.")
    return None, ""


def _from_toml(path: Path, *, shown_as: str, known: frozenset[str]) -> dict[str, Found]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{shown_as}: cannot be read: {error}.") from error
    values = dict(_flatten(table, path=(), known=known))
    for key in values:
        if key not in known:
            raise ConfigurationError(f"{shown_as}: there is no setting {key}.{_suggestion(key, known)}")
    return {key: Found(value=value, origin=shown_as) for key, value in values.items()}


def _flatten(table: Mapping[str, object], *, path: tuple[str, ...], known: frozenset[str]) -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        key = ".".join((*path, name))
        if isinstance(value, dict) and key not in known:
            if not value and not any(each.startswith(f"{key}.") for each in known):
                yield key, value
            yield from _flatten(value, path=(*path, name), known=known)
        else:
            yield key, value


def _from_environment(environ: Mapping[str, str], *, cwd: Path, known: frozenset[str]) -> dict[str, Found]:
    keys = {env_name(key): key for key in known}
    found: dict[str, Found] = {}
    for name, text in environ.items():
        # Compose files pass `${NAME:-}`: an empty value means that nobody set it.
        if not name.startswith(ENV_PREFIX) or name == CONFIG_FILE_ENV or not text:
            continue
        key = keys.get(name) or keys.get(name.removesuffix(_FILE_SUFFIX))
        if key is None:
            raise ConfigurationError(f"{name}: there is no such setting.{_suggestion(name, keys)}")
        if key in found:
            raise ConfigurationError(f"{env_name(key)} and {env_name(key)}{_FILE_SUFFIX} are both set. Unset one of them.")
        value = text if name in keys else _read_secret(cwd / text, name=name)
        found[key] = Found(value=value, origin=name)
    return found


def _read_secret(path: Path, *, name: str) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_SECRET_FILE_LIMIT_BYTES + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}: {path} cannot be read as text ({type(error).__name__}).") from None
    if len(data) > _SECRET_FILE_LIMIT_BYTES:
        raise ConfigurationError(f"{name}: {path} is larger than {_SECRET_FILE_LIMIT_BYTES} bytes; no setting is.")
    # Editors and `echo` end a file with a newline, which belongs to no key.
    value = text.rstrip("\r\n")
    if not value:
        raise ConfigurationError(f"{name}: {path} is empty.")
    return value


def _suggestion(name: str, known: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f" Did you mean {nearest[0]}?" if nearest else ""
