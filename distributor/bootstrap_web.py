"""The wiring of the web process, on the same service as everything else."""

from __future__ import annotations

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import contact_edits
from distributor.bootstrap_inbound import event_applier, unsubscriber
from distributor.channels.sendgrid_events import is_fresh, read_post, verify
from distributor.core.links import TokenHolder, read_token
from distributor.core.message import EmailMaster
from distributor.flow.preferences import Preferences
from distributor.ports import Clock
from distributor.render.online import without_slots
from distributor.render.pages import PageRenderer
from distributor.resources import resource
from distributor.store.connection import check_durable
from distributor.store.event_inbox import RedisEventInbox
from distributor.store.events import RedisEventStore
from distributor.web.online import OnlineView
from distributor.web.parts import EventIntake, WebParts


def web_parts(service: Service) -> WebParts:
    """Return the adapters and steps behind the pages."""
    events = RedisEventStore(service.client)
    secret = service.link_secret

    def holder_of(token: str) -> TokenHolder | None:
        return read_token(token, secret=secret)

    def html_of(master: EmailMaster) -> str:
        return without_slots(master.html)

    return WebParts(
        check_store=lambda: check_durable(service.client),
        dispatches=service.dispatches,
        workers_alive=service.workers_alive,
        suppression_count=service.suppressions.count,
        sendgrid_events=_sendgrid_events(service.settings.sendgrid.webhook_public_key, service.clock),
        inbox=RedisEventInbox(service.client),
        applier=event_applier(service),
        unsubscriber=unsubscriber(service),
        preferences=Preferences(
            read_token=holder_of,
            dispatches=service.dispatches,
            book=service.book,
            edits=contact_edits(service),
            suppressions=service.suppressions,
            left_lists=service.left_lists,
            events=events,
            notes=service.staff_notes,
            audit=service.audit,
            clock=service.clock,
        ),
        view=OnlineView(
            read_token=holder_of,
            dispatches=service.dispatches,
            masters=service.releases.masters,
            without_slots=html_of,
        ),
        pages=PageRenderer(resource("templates", "web")),
        sender_name=service.sender.name,
    )


def _sendgrid_events(public_key: str, clock: Clock) -> EventIntake | None:
    if not public_key:
        return None

    def is_signed(body: bytes, signature: str, timestamp: str) -> bool:
        return verify(public_key=public_key, signature=signature, timestamp=timestamp, body=body)

    def is_recent(timestamp: str) -> bool:
        return is_fresh(timestamp, now=clock.now())

    return EventIntake(verify=is_signed, is_fresh=is_recent, read=read_post)
