"""What every command shares: settings, the service, errors turned into exit codes, and instants written for people.

Exit codes: 0 done, 1 refused or failed (the reason on stderr), 2 the command line was wrong.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson
from rich.console import Console

from distributor.core.desk_time import in_both_zones
from distributor.core.errors import BadInput, ConfigurationError, DistributorError
from distributor.settings import Settings, load_settings

if TYPE_CHECKING:
    from distributor.bootstrap import Service
    from distributor.remote.server import Server


class Desk:
    """One command's view of the world. Nothing is opened before it is asked for."""

    def __init__(self) -> None:
        self.out = Console(highlight=False)
        self.err = Console(stderr=True, highlight=False)
        self._environ: dict[str, str] = dict(os.environ)

    @cached_property
    def settings(self) -> Settings:
        """The settings.

        Raises:
            ConfigurationError: one of them is wrong.
        """
        return load_settings(environ=self._environ, cwd=Path.cwd())

    def ask(self, *, server: str | None, token: str | None, token_file: Path | None) -> None:
        """Take from the command line what goes before the environment. To be called before anything else."""
        if token or token_file:
            for name in ("DISTRIBUTOR_TOKEN", "DISTRIBUTOR_TOKEN_FILE"):
                self._environ.pop(name, None)
        given = {"DISTRIBUTOR_SERVER": server, "DISTRIBUTOR_TOKEN": token, "DISTRIBUTOR_TOKEN_FILE": token_file}
        self._environ |= {name: str(value) for name, value in given.items() if value}

    @cached_property
    def server(self) -> Server | None:
        """The server that commands act on; None: this machine.

        Raises:
            ConfigurationError: it cannot be asked as the settings say.
        """
        if not self.settings.server:
            return None
        from distributor.remote.server import Server

        token = self.settings.token
        return Server(self.settings.server, token.get_secret_value() if token else "")

    @contextmanager
    def service(self, *, long_lived: bool = False, form: str | None = None) -> Iterator[Service]:
        """Yield the service for the time of one command; `form` says how the release goes onto X, in place of the setting."""
        # Imported here, so that `--help` does not wait for the SDKs.
        from distributor.bootstrap import open_service
        from distributor.telemetry import set_up_logging

        level = self.settings.log.level if long_lived else "warning"
        set_up_logging(level=level, is_json=self.settings.log.format == "json")
        settings = self.settings
        if form is not None:
            settings = settings.model_copy(update={"x": settings.x.model_copy(update={"form": form})})
        with open_service(settings, long_lived=long_lived) as service:
            yield service

    def say(self, text: str) -> None:
        """Print one plain line; what it quotes is never taken for markup."""
        self.out.print(text, markup=False, soft_wrap=True)

    def json(self, shape: object) -> None:
        """Print one JSON document."""
        click.echo(orjson.dumps(shape, option=orjson.OPT_INDENT_2).decode("utf-8"))

    def when(self, moment: datetime) -> str:
        """Return an instant in the desk's zone and in UTC."""
        return in_both_zones(moment, zone=self.settings.desk_zone)


def read_file(file: Path, *, limit_bytes: int) -> bytes:
    """Return a file's bytes.

    Raises:
        BadInput: it is not there, cannot be read, or is larger than the limit (found out before reading it).
    """
    try:
        if file.stat().st_size > limit_bytes:
            raise BadInput(
                f"The file is larger than {limit_bytes // 1_048_576} MB.", where=str(file), remedy="Cut it into several files."
            )
        return file.read_bytes()
    except OSError as error:
        raise BadInput("The file cannot be read.", where=str(file), remedy=f"{error.strerror}.") from error


class DurationType(click.ParamType[timedelta]):
    """A duration such as 90s, 60m, 2h or 1d."""

    name = "duration"
    _UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}  # noqa: RUF012 - a constant of this class

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the duration."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"([0-9]{1,6})\s*([smhd])", str(value).strip())
        if not found:
            self.fail(f"{value!r} is no duration. Write a number and a unit: 90s, 60m, 2h, 1d.", param, ctx)
        duration = timedelta(**{self._UNITS[found[2]]: int(found[1])})
        if not timedelta(0) < duration <= timedelta(days=30):
            self.fail("A duration is longer than nothing and at most 30 days.", param, ctx)
        return duration


class InstantType(click.ParamType[datetime]):
    """An instant in ISO 8601, with its offset from UTC."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the instant."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value).strip())
        except ValueError:
            self.fail(f"{value!r} is no time. Write it like 2026-03-30T00:01+02:00 or 2026-03-29T22:01Z.", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} does not say in which zone. Add the offset: {value}Z for UTC, {value}+02:00 …", param, ctx)
        return moment


class PostIdType(click.ParamType[str]):
    """The number of a post."""

    name = "id"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the number, as text."""
        text = str(value).strip()
        if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_POST_ID):
            self.fail(f"{value!r} is no post's number. It is the last part of the post's address.", param, ctx)
        return text


_LONGEST_POST_ID = 20
POST_ID = PostIdType()


class DistributorGroup(click.Group):
    """A group whose commands turn our errors into exit code 1 and one clear message, and act here or on a server."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command, whose work is done where `Desk.server` says."""
        if not isinstance(cmd, click.Group) and cmd.callback is not None:
            cmd.callback = _here_or_there(cmd.callback)
        super().add_command(cmd, name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (DistributorError, ConfigurationError) as error:
            raise click.ClickException(str(error)) from error


def _here_or_there(here: Callable[..., Any]) -> Callable[..., Any]:
    """Return what does a command's work here, or by the table in cli/remote.py on a server."""

    @wraps(here)
    def work(*args: Any, **params: Any) -> Any:
        desk = click.get_current_context().ensure_object(Desk)
        if desk.server is None:
            return here(*args, **params)
        from distributor.cli.remote import there

        path = _path(click.get_current_context())
        return there(path)(desk, desk.server, **params)

    return work


def _path(context: click.Context) -> str:
    """Return the words of the command behind the program's name: "release check"."""
    words = []
    while context.parent is not None:
        words.append(context.info_name or "")
        context = context.parent
    return " ".join(reversed(words))


pass_desk = click.make_pass_decorator(Desk, ensure=True)


def ask_first(question: str, *, is_sure: bool) -> None:
    """Ask before what cannot be undone; without a terminal, `--yes` must have been given.

    Raises:
        click.Abort: the person says no.
    """
    if is_sure:
        return
    if not sys.stdin.isatty():
        raise click.ClickException(f"{question} Add --yes to say so without being asked.")
    click.confirm(question, abort=True)
