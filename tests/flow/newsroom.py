"""A whole press desk on the real Redis and the real SDKs against the sandbox: what the tests of the steps start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from distributor.bootstrap import Service
from distributor.core.audience import Contact
from distributor.core.ids import DispatchId, Language, ListName
from distributor.core.message import ChannelName
from distributor.core.plan import DispatchPlan
from distributor.core.release import Paragraph, PressContact, Quotation, Release, Span
from distributor.core.report import DispatchStatus
from distributor.flow.schedule import ScheduleRequest
from distributor.ports_releases import StoredRevision
from distributor.sandbox.serve import RunningSandbox
from distributor.settings import load_settings
from distributor.store.embedded import RedisHandle

EMAIL, X = ChannelName.EMAIL, ChannelName.X
PRESS = ListName("press")
RELEASE = Release(
    headline="Clearance teams free the fields around a village school",
    language=Language("en"),
    body=(
        Paragraph(text=(Span(text="Children in the valley can walk to school again after teams cleared 40 hectares of mines."),)),
        Paragraph(
            text=(Span(text="“The path is open,” said Mara Lind, head of the clearance team."),),
            quotations=(Quotation(words="The path is open,", speaker="Mara Lind"),),
        ),
    ),
    contacts=(PressContact(name="Ana Lima", email="press@campaign.example"),),
    link="https://example.org/school",
    author="Ana Lima",
)


class Newsroom:
    """The desk, with shortcuts for what most tests do first."""

    def __init__(self, redis_url: str, sandbox: RunningSandbox, folder: Path, **changes: str) -> None:
        account = sandbox.settings
        environ = {
            "DISTRIBUTOR_SENDER__EMAIL": "press@campaign.example",
            "DISTRIBUTOR_SENDER__NAME": "Press Desk",
            "DISTRIBUTOR_SENDER__POSTAL_ADDRESS": "1 Square, Geneva",
            "DISTRIBUTOR_SENDGRID__API_KEY": account.api_key,
            "DISTRIBUTOR_SENDGRID__BASE_URL": sandbox.url,
            "DISTRIBUTOR_X__CONSUMER_KEY": account.consumer_key,
            "DISTRIBUTOR_X__CONSUMER_SECRET": account.consumer_secret,
            "DISTRIBUTOR_X__ACCESS_TOKEN": account.access_token,
            "DISTRIBUTOR_X__ACCESS_TOKEN_SECRET": account.access_token_secret,
            "DISTRIBUTOR_X__BASE_URL": sandbox.url,
            "DISTRIBUTOR_DISPATCH__READ_TIMEOUT_S": "2",
            **changes,
        }
        handle = RedisHandle(url=redis_url, broker_url=redis_url, is_embedded=False)
        self.sandbox = sandbox
        self.service = Service(load_settings(environ=environ, cwd=folder), handle)

    def take_in(self, release: Release = RELEASE, *, revises: StoredRevision | None = None) -> StoredRevision:
        """Take a release in."""
        return self.service.taker.take_in(release, by="Ana Lima", revises=revises.release_id if revises else None)

    def approved(self, release: Release = RELEASE) -> StoredRevision:
        """Take a release in and have a second person approve it."""
        stored = self.take_in(release)
        self.service.approver.approve(stored.release_id, by="Ben Okri", waivers=())
        return stored

    def people(self, *addresses: str, on: ListName = PRESS) -> None:
        """Put people on a list."""
        contacts = [Contact(address=address) for address in addresses]
        self.service.book.add_to_list(on, contacts, at=datetime.now(UTC))

    def crowd(self, count: int) -> None:
        """Put so many people on the list."""
        self.people(*(f"r{number}@news.example" for number in range(count)))

    def schedule(
        self,
        stored: StoredRevision,
        *,
        channels: Sequence[ChannelName] = (EMAIL,),
        lists: Sequence[ListName] = (PRESS,),
        lift_in: timedelta = timedelta(seconds=-1),
        late_limit: timedelta = timedelta(hours=1),
    ) -> DispatchPlan:
        """Schedule and prepare a dispatch whose lift is so far from now."""
        request = ScheduleRequest(
            release=stored.release_id,
            lists=tuple(lists),
            channels=tuple(channels),
            by="Ana Lima",
            lift_at=self.service.lift_clock.now() + lift_in,
            late_limit=late_limit,
        )
        plan = self.service.scheduler.schedule(request)
        self.service.preparer.prepare_once(plan)
        return plan

    def work(self) -> None:
        """Run one slot until nothing is due any more."""
        self.service.hot_path.dispatcher.serve(should_stop=lambda: False)

    def status(self, dispatch: DispatchId) -> DispatchStatus:
        """Return the status."""
        return self.service.dispatches.status(dispatch)

    def states(self, dispatch: DispatchId, channel: ChannelName = EMAIL) -> dict[str, int]:
        """Return how many are in each state, by its word."""
        tally = dict(self.status(dispatch).channels)[channel].tally
        assert tally.is_balanced
        return {state.value: number for state, number in tally.counts.items() if number}

    def received(self) -> list[str]:
        """Return the addresses that the sandbox took a message for, in order."""
        return [message["to"] for message in self.sandbox.log()["messages"]]


def with_headline(headline: str) -> Release:
    """Return the release with another headline."""
    return replace(RELEASE, headline=headline)
