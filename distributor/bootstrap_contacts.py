"""Puts together what keeps media lists in order."""

from __future__ import annotations

from distributor.bootstrap_stores import Stores
from distributor.core.audience_filter import AudienceFilter
from distributor.core.errors import BadInput
from distributor.core.ids import ListName
from distributor.core.media_list import list_name
from distributor.flow.keep_contacts import ContactKeeper
from distributor.flow.keep_lists import ListKeeper
from distributor.store.contact_edits import RedisContactEdits
from distributor.store.contact_search import RedisContactSearch
from distributor.store.import_jobs import RedisImportJobs
from distributor.store.media_lists import RedisMediaLists
from distributor.store.person_deliveries import RedisPersonDeliveries
from distributor.store.suppression_pages import RedisSuppressionPages


def contact_edits(stores: Stores) -> RedisContactEdits:
    """Return the desk's hand in the book."""
    return RedisContactEdits(stores.client, stores.book)


def person_deliveries(stores: Stores) -> RedisPersonDeliveries:
    """Return what finds one person in frozen audiences."""
    return RedisPersonDeliveries(stores.client)


def contact_keeper(stores: Stores) -> ContactKeeper:
    """Return the step that keeps contacts."""
    return ContactKeeper(
        book=stores.book,
        edits=contact_edits(stores),
        search=RedisContactSearch(stores.client, stores.book),
        suppressions=stores.suppressions,
        left_lists=stores.left_lists,
        dispatches=stores.dispatches,
        deliveries=person_deliveries(stores),
        audit=stores.audit,
        clock=stores.clock,
    )


def media_lists(stores: Stores) -> RedisMediaLists:
    """Return the lists as wholes."""
    return RedisMediaLists(stores.client)


def suppression_pages(stores: Stores) -> RedisSuppressionPages:
    """Return the suppressions a page at a time."""
    return RedisSuppressionPages(stores.client)


def import_jobs(stores: Stores) -> RedisImportJobs:
    """Return imports in steps."""
    return RedisImportJobs(stores.client)


def list_keeper(stores: Stores) -> ListKeeper:
    """Return the step that keeps lists and saved filters."""
    return ListKeeper(
        lists=media_lists(stores),
        edits=contact_edits(stores),
        dispatches=stores.dispatches,
        audit=stores.audit,
        clock=stores.clock,
    )


def audience_named(stores: Stores, name: str) -> ListName:
    """Return the list of that name, or the text of the filter that is saved under it: that text is what a dispatch seals.

    Raises:
        BadInput: the name is none.
    """
    saved = contact_edits(stores).filters().get(name.strip().casefold())
    return ListName(saved) if saved is not None else list_name(name)


def save_filter(stores: Stores, name: str, wanted: AudienceFilter) -> None:
    """Save a filter under a name that no list has.

    Raises:
        BadInput: the name is none, or a list's.
    """
    checked = list_name(name)
    if checked in stores.book.lists():
        raise BadInput(f"A media list is called {checked}.", where="NAME", remedy="Choose another name for the filter.")
    contact_edits(stores).save_filter(checked, str(wanted))
