"""`distributor up | worker | web | sandbox | doctor`: run it, and see whether it would work."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import click

from distributor.cli.desk import Desk, pass_desk
from distributor.core.errors import ConfigurationError


@click.command()
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="How many worker processes.")
@pass_desk
def up(desk: Desk, workers: int) -> None:
    """Run everything on this machine: embedded Redis (unless DISTRIBUTOR_REDIS_URL is set), workers, web. Ctrl-C ends it."""
    from distributor.cli.children import Children
    from distributor.worker import stop_on_signals

    is_stopping = threading.Event()
    with desk.service(long_lived=True) as service:
        stop_on_signals(is_stopping.set)
        environment = {
            **os.environ,
            "DISTRIBUTOR_REDIS_URL": service.handle.url,
            "DISTRIBUTOR_BROKER_URL": service.handle.broker_url,
        }
        family = Children(environment=environment, notify=desk.say)
        try:
            for number in range(1, workers + 1):
                family.start(f"worker {number}", "worker")
            family.start("web", "web")
            web = desk.settings.web
            desk.say(f"Distributor is up: {workers} workers, web on http://{web.host}:{web.port}/. Ctrl-C ends it.")
            while not is_stopping.wait(0.5):
                family.watch_once()
        finally:
            desk.say("Ending: finishing what is in flight …")
            family.stop()


@click.command()
@click.option("--name", help="A name that no other worker has. Default: host and process number.")
@pass_desk
def worker(desk: Desk, name: str | None) -> None:
    """Run one worker. Start as many as you like, on any host that reaches the same Redis; any one alive is enough."""
    from distributor.worker import run_worker

    with desk.service(long_lived=True) as service:
        if not service.channels:
            raise ConfigurationError(
                "No channel is set up: nothing could be sent. Set DISTRIBUTOR_SENDGRID__API_KEY, or the four DISTRIBUTOR_X keys."
            )
        code = run_worker(service, name=name)
    raise SystemExit(code)


@click.command()
@pass_desk
def web(desk: Desk) -> None:
    """Run the web process: the staff application, the API, health, metrics, unsubscribe, view online, provider events."""
    from contextlib import closing

    from distributor.bootstrap_accounts import staff_door
    from distributor.bootstrap_web import web_parts
    from distributor.web.api.app import add_api
    from distributor.web.app import create_app
    from distributor.web.serve import serve
    from distributor.web.staff.app import add_staff_application

    with desk.service(long_lived=True) as service:
        app, door = create_app(web_parts(service)), staff_door(service)
        ours = desk.settings.web
        with closing(add_staff_application(app, service, door.sign_in)) as staff:
            add_api(app, service, door, staff.lookout, staff.counter, unknown=staff.unknown)
            serve(app, host=ours.host, port=ours.port, trusted_proxies=ours.trusted_proxies, end_streams=staff.end_streams)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8025, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option("--webhook-url", default="", help="Where signed events are posted. Default: nowhere.")
@pass_desk
def sandbox(desk: Desk, host: str, port: int, webhook_url: str) -> None:
    """Run the local stand-in for SendGrid and X. Nothing that is sent to it reaches anybody.

    \b
    Point a rehearsal at it:
      export DISTRIBUTOR_SENDGRID__API_KEY=SG.sandbox-key DISTRIBUTOR_SENDGRID__BASE_URL=http://127.0.0.1:8025
    """
    from distributor.sandbox.account import SandboxSettings
    from distributor.sandbox.serve import serve

    def ready(bound: int) -> None:
        desk.say(f"Sandbox: http://{host}:{bound}/ shows what arrives. Ctrl-C ends it.")

    serve(host=host, port=port, settings=SandboxSettings(webhook_url=webhook_url), on_ready=ready)


@click.command()
@click.option("--json", "is_json", is_flag=True, help="Print JSON.")
@pass_desk
def doctor(desk: Desk, *, is_json: bool) -> None:
    """Look whether a dispatch would go through: Redis, clocks, credentials, sender, workers, and what DNS says of the sender.

    Exit code 1 on any failure; a warning is none.
    """
    from distributor.bootstrap_doctor import examine

    with desk.service() as service:
        findings = examine(service)
    shapes = [{**dataclasses.asdict(finding), "severity": finding.severity} for finding in findings]
    say_findings(desk, shapes, is_json=is_json)


def say_findings(desk: Desk, findings: Sequence[Mapping[str, Any]], *, is_json: bool) -> None:
    """Print what was found, here or on a server.

    Raises:
        SystemExit: something has failed.
    """
    is_well = all(finding["passed"] or finding["is_warning"] for finding in findings)
    if is_json:
        desk.json({"passed": is_well, "findings": findings})
    else:
        for finding in findings:
            remedy = "" if finding["passed"] else f" {finding['remedy']}"
            word = "ok     " if finding["passed"] else "warning" if finding["is_warning"] else "FAILED "
            desk.say(f"{word} {finding['name']}: {finding['message']}{remedy}")
    if not is_well:
        raise SystemExit(1)
