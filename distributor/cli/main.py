"""`distributor`: sends an approved press release at the second its embargo lifts."""

from __future__ import annotations

from pathlib import Path

import click

from distributor.cli import people, proof  # noqa: F401 - put their commands beside those of `contacts` and `dispatch`
from distributor.cli.contacts import contacts
from distributor.cli.demo import demo
from distributor.cli.desk import Desk, DistributorGroup, pass_desk
from distributor.cli.dispatch import dispatch
from distributor.cli.inbound import inbound
from distributor.cli.notes import notes
from distributor.cli.operate import doctor, sandbox, up, web, worker
from distributor.cli.release import release
from distributor.cli.suppress import suppress
from distributor.cli.users import tokens, users
from distributor.cli.why import audit, why

_EPILOG = """\b
From a file to everybody's inbox:
  distributor release add release.md
  distributor release check R
  distributor release approve R --as "Second Person"
  distributor contacts import reporters.csv --list press
  distributor dispatch schedule R --to press --channel email --channel x --as "Your Name"
  distributor up
  distributor dispatch status D --watch
"""


@click.group(cls=DistributorGroup, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="distributor")
@click.option("--server", metavar="URL", help="Act on this server by its API. Default: DISTRIBUTOR_SERVER, or this machine.")
@click.option(
    "--token-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File with the API token. Default: DISTRIBUTOR_TOKEN_FILE.",
)
@click.option("--token", help="The API token itself. Everybody on this machine sees it among the processes: prefer a file.")
@pass_desk
def main(desk: Desk, server: str | None, token_file: Path | None, token: str | None) -> None:
    """Send an approved press release to media lists and followers at the second its embargo lifts."""
    if token and token_file:
        raise click.UsageError("Name --token-file or --token, not both.")
    desk.ask(server=server, token=token, token_file=token_file)


for command in (
    release,
    contacts,
    dispatch,
    suppress,
    inbound,
    notes,
    why,
    audit,
    users,
    tokens,
    demo,
    up,
    worker,
    web,
    sandbox,
    doctor,
):
    main.add_command(command)
