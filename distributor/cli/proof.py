"""`distributor dispatch proof`: a printable proof of a dispatch, and the check that one is as it was made."""

from __future__ import annotations

import getpass
from pathlib import Path

import click
from rich.progress import Progress

from distributor.cli.desk import Desk, pass_desk
from distributor.cli.dispatch import dispatch
from distributor.flow.find_dispatch import find_dispatch


@dispatch.command()
@click.argument("name", metavar="D", required=False)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.html", help="Write the proof here.")
@click.option(
    "--verify", "proof_file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.html",
    help="Say whether a proof has changed since it was made. Needs no service, unless D is named.",
)  # fmt: skip
@click.option("--as", "by", default="", metavar="NAME", help="Who makes it, for the audit. Default: your login.")
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def proof(desk: Desk, name: str | None, out: Path | None, proof_file: Path | None, by: str, *, is_json: bool) -> None:
    """Write the proof of D: seal, approvers, lift, and every recipient's state, as one page that prints.

    The page holds the same data for machines, and a checksum over them that the audit keeps too. It names people: hand it only
    to those who may see them. Before the lift it does not hold the headline.

    \b
    Examples:
      distributor dispatch proof d7f3 --out proof.html
      distributor dispatch proof --verify proof.html
      distributor dispatch proof d7f3 --verify proof.html
    """
    if (out is None) == (proof_file is None) or (out is not None and name is None):
        raise click.UsageError("Say which dispatch and where to: D --out FILE.html, or --verify FILE.html.")
    if proof_file is not None:
        _verify(desk, proof_file, name, is_json=is_json)
    elif out is not None:
        _write(desk, out, name, by=by or getpass.getuser(), is_json=is_json)


def _write(desk: Desk, out: Path, name: str | None, *, by: str, is_json: bool) -> None:
    from distributor.bootstrap_proof import prover

    with desk.service() as service, Progress(console=desk.err, transient=True) as progress:
        task = progress.add_task("Proving", total=None)
        written = prover(service).write(
            out,
            find_dispatch(service.dispatches, name),
            by=by,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    if is_json:
        desk.json({"file": str(out), "title": written.title, "rows": written.rows, "checksum": written.checksum})
        return
    desk.say(f"{written.title}: wrote {written.rows:,} rows to {out}")
    desk.say(f"Checksum: {written.checksum}")


def _verify(desk: Desk, file: Path, name: str | None, *, is_json: bool) -> None:
    from distributor.flow.proof import is_on_record, verify

    found = verify(file)
    is_known = None
    if name is not None:
        with desk.service() as service:
            is_known = is_on_record(found.stated, dispatch=find_dispatch(service.dispatches, name), audit=service.audit)
    is_good = found.is_intact and is_known is not False
    if is_json:
        desk.json(
            {"file": str(file), "intact": found.is_intact, "checksum": found.stated, "rows": found.rows, "on_record": is_known}
        )
    elif found.is_intact:
        desk.say(f"intact: {found.rows:,} rows, checksum {found.stated}")
    elif found.is_data_intact:
        desk.say("changed: the data are as they were, what the page shows is not")
    else:
        desk.say("changed: the data do not fit the checksum" if found.stated else "changed: this is no whole proof")
    if not is_json and found.is_intact and is_known is not None:
        desk.say("The audit knows this checksum." if is_known else "The audit does not know this checksum: it was not made here.")
    if not is_good:
        raise SystemExit(1)
