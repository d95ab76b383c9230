"""`distributor inbound`: acts on one mail that came back, for a mail server's pipe."""

from __future__ import annotations

import sys
from typing import Final

import click

from distributor.cli.desk import Desk, pass_desk
from distributor.core.errors import ConfigurationError, StoreUnavailable

#: sysexits.h EX_TEMPFAIL: the mail server keeps the mail and tries again.
_TRY_AGAIN: Final = 75


@click.command()
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def inbound(desk: Desk, *, is_json: bool) -> None:
    """Read one mail from standard input and act on it: a request to leave, a bounce, a complaint.

    Everything else is left alone. Ends with 75 while Redis does not answer, so that the mail server tries again.

    \b
    Example, in /etc/aliases, for an address whose mail people also read:
      press: press-desk, "|distributor inbound"
    """
    from distributor.bootstrap_inbound import mail_taker
    from distributor.intake.returned_mail import LARGEST_MAIL, read_mail

    mail = read_mail(sys.stdin.buffer.read(LARGEST_MAIL))
    try:
        with desk.service() as service:
            taken = mail_taker(service).take(mail)
    except (StoreUnavailable, ConfigurationError) as error:
        desk.err.print(str(error), markup=False)
        sys.exit(_TRY_AGAIN)
    if is_json:
        desk.json({"kind": mail.kind.value, "taken": taken.value})
        return
    desk.say(f"{mail.kind.value}: {taken.value}")
