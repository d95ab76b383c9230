"""The wiring of what acts on mail that comes back."""

from __future__ import annotations

from distributor.bootstrap import Service
from distributor.channels.sendgrid_events import read_post
from distributor.core.links import read_token
from distributor.flow.apply_events import EventApplier
from distributor.flow.match_nameless import Matcher
from distributor.flow.record import Recorder
from distributor.flow.take_mail import MailTaker
from distributor.flow.unsubscribe import Unsubscriber
from distributor.render.catalogue import languages
from distributor.render.phrases import phrases_for
from distributor.store.event_inbox import RedisEventInbox
from distributor.store.events import RedisEventStore


def recorder(service: Service) -> Recorder:
    """Return the step that records what is reported about deliveries."""
    return Recorder(
        store=RedisEventStore(service.client),
        dispatches=service.dispatches,
        book=service.book,
        suppressions=service.suppressions,
        audit=service.audit,
        clock=service.clock,
    )


def event_applier(service: Service) -> EventApplier:
    """Return the step that applies what SendGrid reports."""
    return EventApplier(
        inbox=RedisEventInbox(service.client),
        read=read_post,
        match=Matcher(book=service.book, dispatches=service.dispatches).match,
        record=recorder(service).record,
    )


def unsubscriber(service: Service) -> Unsubscriber:
    """Return the step that takes recipients' words."""
    return Unsubscriber(
        read_token=lambda token: read_token(token, secret=service.link_secret),
        book=service.book,
        suppressions=service.suppressions,
        events=RedisEventStore(service.client),
        audit=service.audit,
        notes=service.staff_notes,
        clock=service.clock,
    )


def mail_taker(service: Service) -> MailTaker:
    """Return the step that acts on mail."""
    return MailTaker(
        read_token=lambda token: read_token(token, secret=service.link_secret),
        unsubscribe=unsubscriber(service).unsubscribe,
        record=recorder(service).record,
        notes=service.staff_notes,
        clock=service.clock,
        leave_words=frozenset(phrases_for(language).unsubscribe.casefold() for language in languages()),
    )
