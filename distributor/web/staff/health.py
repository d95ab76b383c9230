"""Health: whether a dispatch would go through now, who works, and by which settings. No secret is shown."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import Final
from urllib.parse import urlsplit

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import SecretStr

from distributor.bootstrap import Service
from distributor.core.account import Permission
from distributor.core.finding import Finding
from distributor.render.staff_pages import StaffPages
from distributor.settings import SettingInfo, Settings, all_settings
from distributor.store.connection import check_durable
from distributor.web.staff.gate import Gate, Visit
from distributor.web.staff.lookout import Lookout, Seen

#: What a page waits for a look that has just begun; whoever comes later is told that it is under way.
_PATIENCE: Final = timedelta(milliseconds=250)
#: Headings and the beginnings of the findings' names under them; the last takes what is left.
_TOPICS: Final = (
    ("Store and workers", ("redis.", "workers.", "clock.skew")),
    ("Providers", ("sendgrid", "smtp", "x.", "channels", "clock.")),
    ("How mail is believed", ("sender.", "public_url", "mail.", "spf", "dkim", "dmarc")),
    ("Everything else", ("",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Findings under one heading."""

    title: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One setting as it is in force."""

    info: SettingInfo
    value: str

    @property
    def is_default(self) -> bool:
        """Say whether it is as it comes."""
        return self.value in {self.info.default, "not set"}


class HealthPages:
    """Shows how the service is."""

    def __init__(self, service: Service, pages: StaffPages, lookout: Lookout) -> None:
        self._service = service
        self._pages = pages
        self._lookout = lookout

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses."""
        gate.page("/health", self.show, needs=Permission.READ)
        gate.watch("/health/findings", self.findings, needs=Permission.READ)
        gate.act("/health/look", self.look, needs=Permission.READ)

    def show(self, visit: Visit) -> Response:
        """Show everything; what providers and DNS say is as old as the page tells."""
        return self._html(
            visit, "health.html", workers=sorted(self._service.roster.alive().items()), versions=_versions(),
            settings=tuple(settings_in_force(self._service.settings)),
        )  # fmt: skip

    def findings(self, visit: Visit) -> Response:
        """Show the part that changes while somebody looks."""
        return self._html(visit, "_findings.html")

    def look(self, visit: Visit) -> Response:
        """Ask providers and DNS again."""
        self._lookout.look_again()
        return RedirectResponse("/health", 303)

    def _html(self, visit: Visit, name: str, **values: object) -> HTMLResponse:
        seen = self._lookout.seen(wait=_PATIENCE)
        findings = seen.findings or check_durable(self._service.client)
        html = self._pages.page(
            name, visitor=visit.visitor, seen=seen, topics=topics_of(findings), verdict=verdict_on(findings, seen),
            now=self._service.clock.now(), **values,
        )  # fmt: skip
        return HTMLResponse(html)


def topics_of(findings: Sequence[Finding]) -> tuple[Topic, ...]:
    """Return the findings by heading, each once, what did not pass first."""
    left = sorted(findings, key=lambda finding: finding.passed)
    topics = []
    for title, beginnings in _TOPICS:
        here = tuple(finding for finding in left if finding.name.startswith(beginnings))
        left = [finding for finding in left if finding not in here]
        topics += [Topic(title=title, findings=here)] if here else []
    return tuple(topics)


def verdict_on(findings: Sequence[Finding], seen: Seen) -> str:
    """Return the one word for it: well, warning, error, or looking while nothing is known yet."""
    failed = [finding for finding in findings if not finding.passed]
    if any(not finding.is_warning for finding in failed):
        return "error"
    if seen.at is None:
        return "looking"
    return "warning" if failed else "well"


def settings_in_force(settings: Settings) -> Iterator[SettingRow]:
    """Yield every setting with its value; of secrets only whether there is one."""
    for info in all_settings():
        value: object = settings
        for name in info.key.split("."):
            value = getattr(value, name)
        yield SettingRow(info=info, value=_shown(info, value))


def _shown(info: SettingInfo, value: object) -> str:
    if value is None or value == "":
        return "not set"
    if info.is_secret or isinstance(value, SecretStr):
        return "set, not shown"
    if info.key == "alert.webhook_url":
        # Whoever knows the whole address of a chat's webhook can write there.
        return f"{urlsplit(str(value)).scheme}://{urlsplit(str(value)).hostname}/…"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _versions() -> tuple[tuple[str, str], ...]:
    return (("Distributor", version("distributor")), ("Python", platform.python_version()))
