"""`python -m distributor.sandbox`: the sandbox on its own."""

from __future__ import annotations

import sys
from dataclasses import replace

import click

from distributor.core.errors import BadInput
from distributor.sandbox.account import SandboxSettings
from distributor.sandbox.serve import die_with, serve


@click.command(help="Run the local stand-in for SendGrid and X.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=0, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option("--api-key", help="The SendGrid key that is accepted.")
@click.option("--webhook-url", help="Where signed events are posted.")
@click.option("--log", "log_file", help="File to append one JSON line per accepted request to.")
@click.option("--settings-from-stdin", is_flag=True, help="Read all settings as JSON, so that no key stands in the process list.")
@click.option("--parent", type=int, hidden=True)
def main(
    *,
    host: str,
    port: int,
    api_key: str | None,
    webhook_url: str | None,
    log_file: str | None,
    settings_from_stdin: bool,
    parent: int | None,
) -> None:
    """Read the settings and serve until asked to end."""
    if parent is not None:
        die_with(parent)
    try:
        settings = SandboxSettings.from_json(sys.stdin.buffer.read()) if settings_from_stdin else SandboxSettings()
    except BadInput as error:
        raise click.ClickException(str(error)) from error
    settings = replace(
        settings,
        api_key=api_key or settings.api_key,
        webhook_url=webhook_url or settings.webhook_url,
        log_file=log_file or settings.log_file,
    )
    serve(host=host, port=port, settings=settings)


if __name__ == "__main__":
    main()
