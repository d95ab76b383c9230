"""`distributor users` and `distributor tokens`: who may come in, and as what."""

from __future__ import annotations

import getpass
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table
from rich.text import Text

from distributor.cli.desk import Desk, DistributorGroup, DurationType, ask_first, pass_desk
from distributor.core.account import Account, Permission, Role, TokenId
from distributor.core.errors import BadInput

if TYPE_CHECKING:
    from distributor.ports_accounts import ApiToken

_LONGEST_FILE = 10_000
_BY = click.option("--as", "by", default="", metavar="NAME", help="Who does it, for the audit. Default: your login.")
_JSON = click.option("--json", "is_json", is_flag=True, help="Print JSON.")
_ROLES = click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]), help="May be repeated."
)
_PASSWORD = click.option(
    "--password-file",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Read the password from this file's first line, `-` for stdin, instead of asking for it twice.",
)


@click.group(cls=DistributorGroup)
def users() -> None:
    """Say who may use the staff application, and as what. docs/accounts.md shows what each role may do."""


@users.command()
@click.argument("name")
@click.option("--email", required=True, metavar="ADDRESS", help="What they sign in with.")
@_ROLES
@_PASSWORD
@_BY
@_JSON
@pass_desk
def add(desk: Desk, *, name: str, email: str, roles: tuple[str, ...], password_file: Path | None, by: str, is_json: bool) -> None:
    """Add the person NAME, as colleagues know them. The first admin is made so.

    A password has at least 12 characters; four or five words that have nothing to do with each other are best.

    \b
    Example:
      distributor users add "Ana Lima" --email ana@campaign.example --role editor --role admin
    """
    from distributor.bootstrap_accounts import staff_door

    password = _password(password_file)
    with desk.service() as service:
        account = staff_door(service).keeper.add(
            name=name, login=email, roles=map(Role, roles), password=password, by=by or getpass.getuser()
        )
    if is_json:
        desk.json(_account_shape(account))
    else:
        desk.say(f"{account.name} signs in with {account.login} as {', '.join(account.roles)}.")


@users.command("list")
@_JSON
@pass_desk
def list_(desk: Desk, *, is_json: bool) -> None:
    """List every account."""
    from distributor.bootstrap_accounts import staff_door

    with desk.service() as service:
        found = staff_door(service).keeper.everyone()
    if is_json:
        desk.json([_account_shape(account) for account in found])
        return
    table = Table("Name", "Login", "Roles", "Since", "")
    for account in found:
        is_shut_out = "" if account.is_active else "disabled"
        table.add_row(Text(account.name), Text(account.login), ", ".join(account.roles), desk.when(account.added_at), is_shut_out)
    desk.out.print(table if found else "Nobody yet. `distributor users add NAME --email ADDRESS --role admin` adds the first.")


@users.command()
@click.argument("email")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@_BY
@pass_desk
def disable(desk: Desk, email: str, by: str, *, is_sure: bool) -> None:
    """Shut out whoever signs in with EMAIL, at once: no login, no session, no token."""
    from distributor.bootstrap_accounts import staff_door

    ask_first(f"Their sessions end and their API tokens stop at once. Shall {email} be shut out?", is_sure=is_sure)
    with desk.service() as service:
        keeper = staff_door(service).keeper
        account = keeper.disable(keeper.named(email).id, by=by or getpass.getuser())
    desk.say(f"{account.name} is shut out.")


@users.command()
@click.argument("email")
@_BY
@pass_desk
def enable(desk: Desk, email: str, by: str) -> None:
    """Let whoever signs in with EMAIL in again, and forget their failed logins."""
    from distributor.bootstrap_accounts import staff_door

    with desk.service() as service:
        keeper = staff_door(service).keeper
        account = keeper.enable(keeper.named(email).id, by=by or getpass.getuser())
    desk.say(f"{account.name} may sign in.")


@users.command("roles")
@click.argument("email")
@_ROLES
@_BY
@pass_desk
def roles_(desk: Desk, email: str, roles: tuple[str, ...], by: str) -> None:
    """Give whoever signs in with EMAIL exactly these roles, from the next request on."""
    from distributor.bootstrap_accounts import staff_door

    with desk.service() as service:
        keeper = staff_door(service).keeper
        account = keeper.set_roles(keeper.named(email).id, map(Role, roles), by=by or getpass.getuser())
    desk.say(f"{account.name} is {', '.join(account.roles)}.")


@users.command()
@click.argument("email")
@_PASSWORD
@_BY
@pass_desk
def password(desk: Desk, email: str, password_file: Path | None, by: str) -> None:
    """Set a new password for whoever signs in with EMAIL. All their sessions end; their API tokens stay."""
    from distributor.bootstrap_accounts import staff_door

    chosen = _password(password_file)
    with desk.service() as service:
        keeper = staff_door(service).keeper
        account = keeper.named(email)
        keeper.set_password(account.id, chosen, by=by or getpass.getuser())
    desk.say(f"{account.name} has a new password and is signed out everywhere.")


@click.group(cls=DistributorGroup)
def tokens() -> None:
    """Let programs act for an account by API tokens."""


@tokens.command("add")
@click.argument("email")
@click.option("--label", required=True, help="What it is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([one.value for one in Permission]),
    help="May be repeated.",
)
@click.option("--expires-in", "life", type=DurationType(), help="90s, 60m, 2h, 1d … Default: when it is revoked.")
@_BY
@_JSON
@pass_desk
def add_token(
    desk: Desk, *, email: str, label: str, scopes: tuple[str, ...], life: timedelta | None, by: str, is_json: bool
) -> None:
    """Make a token for the account of EMAIL. It is shown now and never again; it can do no more than the account.

    \b
    Example:
      distributor tokens add ana@campaign.example --label "newsroom board" --scope read --expires-in 30d
    """
    from distributor.bootstrap_accounts import staff_door

    with desk.service() as service:
        door = staff_door(service)
        account = door.keeper.named(email).id
        secret, token = door.tokens.issue(
            account, label=label, scopes=map(Permission, scopes), life=life, by=by or getpass.getuser()
        )
    if is_json:
        desk.json({**_token_shape(token, owner=email), "token": secret})
        return
    desk.say(secret)
    desk.err.print(f"{token.id}: keep it safe, it is not shown again.", markup=False)


@tokens.command("list")
@_JSON
@pass_desk
def list_tokens(desk: Desk, *, is_json: bool) -> None:
    """List every token, newest first; the tokens themselves are not kept."""
    from distributor.bootstrap_accounts import staff_door

    with desk.service() as service:
        door = staff_door(service)
        owners = {account.id: account.login for account in door.keeper.everyone()}
        found = door.tokens.everything()
    if is_json:
        desk.json([_token_shape(token, owner=owners.get(token.account, "")) for token in found])
        return
    table = Table("Id", "Of", "Label", "Scopes", "Expires", "Last used")
    for token in found:
        expires, used = (desk.when(at) if at else "never" for at in (token.expires_at, token.used_at))
        owner = owners.get(token.account, "")
        table.add_row(token.id, Text(owner), Text(token.label), ", ".join(token.scopes), expires, used)
    desk.out.print(table if found else "No tokens.")


@tokens.command()
@click.argument("token")
@_BY
@pass_desk
def revoke(desk: Desk, token: str, by: str) -> None:
    """End TOKEN, named by its id as `tokens list` shows it, for good."""
    from distributor.bootstrap_accounts import staff_door

    with desk.service() as service:
        revoked = staff_door(service).tokens.revoke(TokenId(token), by=by or getpass.getuser())
    desk.say(f"{revoked.label} is revoked.")


def _password(file: Path | None) -> str:
    """Return a password from a file, from stdin, or asked for twice; it is never an argument, which other users could see.

    Raises:
        BadInput: the file cannot be read, or there is nobody to ask.
    """
    if file is None:
        if not sys.stdin.isatty():
            raise BadInput(
                "There is no terminal to ask at.", where="password", remedy="Name a file with --password-file, `-` for stdin."
            )
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    try:
        with click.open_file(str(file), encoding="utf-8") as stream:
            return str(stream.read(_LONGEST_FILE)).split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeDecodeError):
        raise BadInput(
            "The file cannot be read as text.", where=str(file), remedy="Write the password as its first line."
        ) from None


def _account_shape(account: Account) -> dict[str, object]:
    return {
        "account": account.id,
        "name": account.name,
        "email": account.login,
        "roles": list(account.roles),
        "active": account.is_active,
        "added_at": account.added_at,
    }


def _token_shape(token: ApiToken, *, owner: str) -> dict[str, object]:
    return {
        "id": token.id,
        "email": owner,
        "label": token.label,
        "scopes": list(token.scopes),
        "added_at": token.added_at,
        "expires_at": token.expires_at,
        "used_at": token.used_at,
    }
