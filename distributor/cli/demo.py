"""`distributor demo`: the whole way of a release on this machine, with nobody reached but the sandbox."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click
from rich.live import Live

from distributor.cli.demo_stay import still_running
from distributor.cli.desk import Desk, pass_desk
from distributor.cli.status_view import status_view
from distributor.core.approval import short_code
from distributor.core.delivery import State
from distributor.core.desk_time import in_both_zones
from distributor.core.ids import DispatchId, ListName
from distributor.core.message import ChannelName
from distributor.core.report import DispatchState, DispatchStatus

if TYPE_CHECKING:
    from distributor.bootstrap import Service
    from distributor.sandbox.account import SandboxSettings
    from distributor.sandbox.serve import RunningSandbox

_AUTHOR, _APPROVER, _DISPATCHER = "Lena Fischer", "Amadou Diallo", "Lena Fischer"
_LIST = ListName("demo-reporters")
#: How long after the lift everything must be through before the demo calls it broken.
_PATIENCE = timedelta(minutes=10)
_WORKERS = 2


@click.command()
@click.option(
    "--contacts", "contact_count", type=click.IntRange(1, 1_000_000), default=250, show_default=True, help="How many reporters."
)
@click.option(
    "--lift-in", type=click.FloatRange(0, 3600), default=15, show_default=True, metavar="SECONDS", help="Time until the lift."
)
@click.option("--keep", "is_kept", is_flag=True, help="Leave everything running afterwards, to look around.")
@pass_desk
def demo(desk: Desk, contact_count: int, lift_in: float, *, is_kept: bool) -> None:
    """Send a sample release to made-up reporters and a made-up account, in a sandbox on this machine.

    Takes it in, has it approved by a second person, schedules it, counts down, sends, and checks afterwards in the sandbox's own
    log that nobody got it early, twice or not at all. Exit code 1 if any promise was broken.

    \b
    Examples:
      distributor demo
      distributor demo --contacts 100000 --lift-in 30
      distributor demo --keep
    """
    from distributor.worker import stop_on_signals

    # A demo that is ended from outside takes everything down that it has started.
    stop_on_signals(_interrupt)
    with _stage() as stage:
        desk.say(f"1/5  Everything is running: embedded Redis, sandbox, {_WORKERS} workers, web.")
        dispatch = _prepare(desk, stage, contact_count, lift_in)
        left = _let_one_leave(desk, stage, dispatch)
        desk.say("5/5  Waiting for the lift.")
        status = _watch(desk, stage.service, dispatch)
        is_kept_promise = _summarise(desk, stage, status, contact_count, left=left)
        _wait_for_events(desk, stage, dispatch)
        if is_kept:
            desk.say(still_running(stage.service, dispatch, web_url=stage.web_url, sandbox_url=stage.sandbox.url))
            with contextlib.suppress(KeyboardInterrupt):
                while True:
                    time.sleep(1)
    if not is_kept_promise:
        raise SystemExit(1)


def _interrupt() -> None:
    raise KeyboardInterrupt


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    service: Service
    sandbox: RunningSandbox
    web_url: str


@contextlib.contextmanager
def _stage() -> Iterator[_Stage]:
    """Run the parts, on free ports and in a folder that goes away."""
    from distributor.bootstrap import open_service
    from distributor.channels.sendgrid_events import new_key_pair
    from distributor.cli.children import Children, is_listening, wait_until
    from distributor.sandbox.account import SandboxSettings
    from distributor.sandbox.serve import RunningSandbox
    from distributor.settings import load_settings
    from distributor.telemetry import set_up_logging

    set_up_logging(level="error", is_json=False)
    private_key, public_key = new_key_pair()
    web_port = _free_port()
    web_url = f"http://127.0.0.1:{web_port}"
    account = SandboxSettings(webhook_url=f"{web_url}/webhooks/sendgrid", webhook_private_key=private_key)
    with tempfile.TemporaryDirectory(prefix="distributor-demo-") as folder, RunningSandbox(account) as sandbox:
        environment = _environment(account, sandbox.url, web_port=web_port, public_key=public_key, folder=folder)
        settings = load_settings(environ=environment, cwd=Path(folder))
        with open_service(settings, long_lived=True) as service:
            inherited = {name: value for name, value in os.environ.items() if not name.startswith("DISTRIBUTOR_")}
            redis = {"DISTRIBUTOR_REDIS_URL": service.handle.url, "DISTRIBUTOR_BROKER_URL": service.handle.broker_url}
            family = Children(environment={**inherited, **environment, **redis}, notify=lambda _: None)
            try:
                for number in range(1, _WORKERS + 1):
                    family.start(f"worker {number}", "worker", "--name", f"demo-{number}", stdout=subprocess.DEVNULL)
                family.start("web", "web")
                wait_until(lambda: len(service.roster.alive()) >= _WORKERS, "The workers")
                # The first to leave does so by a page, and the web process may be the slowest to come up.
                wait_until(lambda: is_listening(web_port), "The web process")
                yield _Stage(service=service, sandbox=sandbox, web_url=web_url)
            finally:
                family.stop(patience_s=10)


def _environment(account: SandboxSettings, url: str, *, web_port: int, public_key: str, folder: str) -> Mapping[str, str]:
    return {
        "DISTRIBUTOR_DATA_DIR": folder,
        "DISTRIBUTOR_PUBLIC_URL": f"http://127.0.0.1:{web_port}",
        "DISTRIBUTOR_WEB__PORT": str(web_port),
        "DISTRIBUTOR_LOG__LEVEL": "error",
        "DISTRIBUTOR_SENDER__EMAIL": "press@campaign.example",
        "DISTRIBUTOR_SENDER__NAME": "Campaign Press Office",
        "DISTRIBUTOR_SENDER__POSTAL_ADDRESS": "Campaign Press Office, 9 Rue de la Paix, 1202 Geneva, Switzerland",
        "DISTRIBUTOR_SENDGRID__API_KEY": account.api_key,
        "DISTRIBUTOR_SENDGRID__BASE_URL": url,
        "DISTRIBUTOR_SENDGRID__WEBHOOK_PUBLIC_KEY": public_key,
        "DISTRIBUTOR_X__CONSUMER_KEY": account.consumer_key,
        "DISTRIBUTOR_X__CONSUMER_SECRET": account.consumer_secret,
        "DISTRIBUTOR_X__ACCESS_TOKEN": account.access_token,
        "DISTRIBUTOR_X__ACCESS_TOKEN_SECRET": account.access_token_secret,
        "DISTRIBUTOR_X__BASE_URL": url,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _prepare(desk: Desk, stage: _Stage, contact_count: int, lift_in: float) -> DispatchId:
    from distributor.core.media_list import read_contacts
    from distributor.flow.import_contacts import import_contacts
    from distributor.flow.schedule import ScheduleRequest
    from distributor.intake.read import read_release
    from distributor.resources import resource

    service = stage.service
    content = read_release(resource("templates", "sample", "release.md"), now=service.clock.now())
    stored = service.taker.take_in(content, by=_AUTHOR, revises=None)
    for language in ("fr", "ar"):
        translation = read_release(resource("templates", "sample", f"release.{language}.md"), now=service.clock.now())
        stored = service.taker.translate(stored.release_id, translation, by=_AUTHOR)
    desk.say(
        f"2/5  Taken in by {_AUTHOR}: {stored.content.headline!r} is release {stored.release_id}, in English, French, Arabic."
    )
    imported = import_contacts(
        read_contacts(made_up_contacts(contact_count), name="reporters.csv"), list_name=_LIST, book=service.book,
        audit=service.audit, clock=service.clock, by=_DISPATCHER,
    )  # fmt: skip
    approval = service.approver.approve(stored.release_id, by=_APPROVER, waivers=())
    desk.say(f"3/5  Approved by {_APPROVER}, a second person. Seal: {short_code(approval.seal)}")
    plan = service.scheduler.schedule(
        ScheduleRequest(
            release=stored.release_id, lists=(_LIST,), channels=(ChannelName.EMAIL, ChannelName.X), by=_DISPATCHER,
            lift_at=service.lift_clock.now() + timedelta(seconds=lift_in), late_limit=timedelta(minutes=60),
        )
    )  # fmt: skip
    prepared = service.preparer.prepare_once(plan)
    desk.say(
        f"4/5  {imported.added:,} contacts imported; {prepared.recipients:,} e-mails and {prepared.parts} parts are staged. "
        f"Lift: {in_both_zones(plan.lift_at, zone='UTC')}"
    )
    desk.say("     " + ", ".join(f"{count:,} get {key}" for key, count in sorted(prepared.by_master.items())) + ".")
    return plan.dispatch


def made_up_contacts(count: int) -> bytes:
    """Return a CSV of so many reporters who do not exist."""
    spoken = ("en", "fr", "ar;en", "fi", "")
    rows = (
        f"Reporter {n},reporter{n}@newsroom{n % 97}.example,Newsroom {n % 97},{spoken[n % len(spoken)]},demo"
        for n in range(1, count + 1)
    )
    return "\n".join(("name,email,outlet,language,tags", *rows)).encode()


def _let_one_leave(desk: Desk, stage: _Stage, dispatch: DispatchId) -> str:
    """Have one recipient leave by the one-click link of their message, staged already; return their address."""
    from distributor.core.audience import Recipient
    from distributor.core.ids import Index

    service = stage.service
    index = Index(0)
    number = service.dispatches.audience(dispatch, ChannelName.EMAIL)[index]
    ((_, contact),) = service.book.load([number])
    link = service.links_of(dispatch)(Recipient(index=index, contact=number, address=contact.address)).unsubscribe_url
    # As a mailbox provider does it (RFC 8058 §3.2).
    target = urlsplit(link)
    web = http.client.HTTPConnection(target.netloc, timeout=10)
    web.request("POST", target.path, b"List-Unsubscribe=One-Click", {"Content-Type": "application/x-www-form-urlencoded"})
    if (status := web.getresponse().status) >= HTTPStatus.BAD_REQUEST:
        raise click.ClickException(f"The unsubscribe link answered {status}.")
    web.close()
    desk.say(f"     {contact.address} leaves now, by the link in the message that is staged for them.")
    return contact.address


def _wait_for_events(desk: Desk, stage: _Stage, dispatch: DispatchId) -> None:
    """Say what the provider's webhook has reported within a few seconds."""
    give_up_at = time.monotonic() + 15
    while True:
        tally = dict(stage.service.dispatches.status(dispatch).channels)[ChannelName.EMAIL].tally
        if not tally.counts.get(State.ACCEPTED, 0) or time.monotonic() > give_up_at:
            break
        time.sleep(0.2)
    counts = ", ".join(f"{number:,} {state.value}" for state, number in tally.counts.items() if number)
    desk.say(f"\n  the provider's events came back, signed: {counts}")


def _watch(desk: Desk, service: Service, dispatch: DispatchId) -> DispatchStatus:
    with Live(console=desk.out, refresh_per_second=8) as live:
        while True:
            status = service.dispatches.status(dispatch)
            live.update(status_view(status, zone="UTC"))
            is_over = status.state in {DispatchState.DONE, DispatchState.INCOMPLETE}
            if is_over or status.read_at > status.lift_at + _PATIENCE:
                return status
            time.sleep(0.1)


def _summarise(desk: Desk, stage: _Stage, status: DispatchStatus, contact_count: int, *, left: str) -> bool:
    """Hold what the sandbox received against the promises; say and return whether all were kept."""
    summary, log = stage.sandbox.summary(), stage.sandbox.log()
    lift_us = int(status.lift_at.timestamp() * 1_000_000)
    sends = [r["begun_at"] for r in log["requests"] if r["method"] == "POST" and r["path"] in {"/v3/mail/send", "/2/tweets"}]
    parts = dict(status.channels)[ChannelName.X].parts
    promises = [
        ("everything is done", status.state is DispatchState.DONE, status.state.value),
        ("nothing before the lift", all(at >= lift_us for at in sends), f"{sum(at < lift_us for at in sends)} requests early"),
        (
            "nobody forgotten",
            summary["recipients"] == contact_count - 1,
            f"{summary['recipients']:,} of {contact_count:,} reached, one had left",
        ),
        (
            "who left is left alone",
            all(message["to"] != left for message in log["messages"]),
            f"nothing for {left}",
        ),
        ("nobody twice", summary["duplicates"] == 0, f"{summary['duplicates']} got it again"),
        ("one recipient per message", summary["messages_with_several_recipients"] == 0, "one To each"),
        (
            "the thread is whole",
            _is_one_chain(log["posts"], len(parts)),
            f"{summary['posts']} of {len(parts)} parts, each a reply",
        ),
    ]
    desk.say("\nWhat the sandbox received:")
    for promise, is_kept, fact in promises:
        desk.say(f"  {'kept  ' if is_kept else 'BROKEN'}  {promise}: {fact}")
    if sends and status.lateness is not None:
        duration = (summary["last_at"] - lift_us) / 1e6
        desk.say(f"\n  first request arrived {(min(sends) - lift_us) / 1000:.1f} ms after the lift")
        desk.say(
            f"  last e-mail accepted {duration:.2f} s after the lift ({summary['messages'] / max(duration, 1e-6):,.0f} a second)"
        )
    for number, post in enumerate(log["posts"], 1):
        desk.say(f"\n  thread {number}/{len(log['posts'])}\n    " + post["text"].replace("\n", "\n    "))
    return all(is_kept for _, is_kept, _ in promises)


def _is_one_chain(posts: Sequence[Mapping[str, str | None]], count: int) -> bool:
    """Say whether the posts are one thread: each a reply to the one before, none twice."""
    ids = [post["id"] for post in posts]
    return len(posts) == count and [post["reply_to"] for post in posts] == [None, *ids[:-1]] and len(set(ids)) == count
