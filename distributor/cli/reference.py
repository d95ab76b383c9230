"""The reference of all commands as Markdown, made from their own help, so that the two cannot differ.

`python -m distributor.cli.reference > docs/commands.md` writes it; a test holds the file to it.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from distributor.cli.main import main

_HEAD = """# Commands

Made from the commands' own help by `make docs`; do not edit.

Exit codes: 0 done, 1 refused or failed (the reason on stderr), 2 the command line was wrong. Ids of releases and dispatches
may be shortened to their first characters (at least four) where that is clear. Times are shown in the desk's zone and in UTC;
times that you give carry their offset.
"""


def reference() -> str:
    """Return the whole reference."""
    return "\n".join((_HEAD, *_sections(main, "distributor"))).rstrip() + "\n"


def _sections(command: click.Command, path: str) -> Iterator[str]:
    context = click.Context(command, info_name=path, max_content_width=100, terminal_width=100)
    if not isinstance(command, click.Group):
        yield f"## {path}\n\n```text\n{command.get_help(context)}\n```\n"
        return
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        if child is not None:
            yield from _sections(child, f"{path} {name}")


if __name__ == "__main__":
    click.echo(reference(), nl=False)
