"""Media lists as wholes, and saved filters, for programs."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import contact_edits, list_keeper, media_lists
from distributor.core.account import Permission
from distributor.core.audience_filter import AudienceFilter
from distributor.core.errors import BadInput, NotFound
from distributor.core.ids import ListName
from distributor.core.media_list import list_name
from distributor.web.api.contact_shapes import ListShape, PersonShape, person_of
from distributor.web.api.door import By, Door
from distributor.web.api.people import Why
from distributor.web.api.shapes import After, Limit, Page, Shape, example

_DIGITS: Final = 9
_FILTER: Final = {"filter": "fr-ch", "list": "press", "wanted": {"country": ["CH"], "language": ["fr"]}}


#: A field of a shape is called `list`, too.
_Wanted = dict[str, list[str]]


class NewList(Shape):
    """An empty list."""

    model_config = example(list="press-ch")

    list: str = Field(max_length=64)


class FilterShape(Shape):
    """Whom of a list: of several values of a field any may fit, of several fields all must."""

    model_config = example(**_FILTER)

    filter: str = Field(max_length=64, description="Its name, which `to` of a dispatch takes, too.")
    list: str = Field(max_length=64)
    wanted: _Wanted = Field(
        min_length=1, max_length=10, description="Of beat, country, language, outlet, priority, tag: the values that fit."
    )


class Count(Shape):
    """How many people."""

    model_config = example(people=120)

    people: int


class ListRoutes:
    """The routes of lists and filters."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._keeper = list_keeper(service)
        self._lists = media_lists(service)
        self._edits = contact_edits(service)

    def add_to(self, door: Door) -> None:
        """Declare the routes."""
        area = door.area("lists", "Media lists as wholes, and saved filters.")
        area.write("/lists", self.make_list, needs=Permission.MANAGE_CONTACTS)
        area.read("/lists/{list}", self.show_list, needs=Permission.READ)
        area.read("/lists/{list}/people", self.list_people_of, needs=Permission.READ)
        area.write("/lists/{list}/delete", self.delete_list, needs=Permission.MANAGE_CONTACTS)
        area.read("/filters", self.list_filters, needs=Permission.READ)
        area.write("/filters", self.save_filter, needs=Permission.MANAGE_CONTACTS)
        area.read("/filters/{filter}/count", self.count_filter, needs=Permission.READ)
        area.write("/filters/{filter}", self.remove_filter, needs=Permission.MANAGE_CONTACTS, method="DELETE")

    def make_list(self, new: NewList, caller: By) -> ListShape:
        """Make an empty list, under a name that no list and no saved filter has."""
        return ListShape(list=self._keeper.create(new.list, by=caller.name), people=0)

    def show_list(self, list: str) -> ListShape:  # noqa: A002 - the name in the address
        """Show a list with its number of people."""
        name, count = self._known(list)
        return ListShape(list=name, people=count)

    def list_people_of(self, list: str, limit: Limit = 50, after: After = "") -> Page[PersonShape]:  # noqa: A002 - as above
        """List the people on a list, in the order of their numbers."""
        if after and not (after.isascii() and after.isdecimal() and len(after) <= _DIGITS):
            raise BadInput("This is not `next` of a page.", where="after", remedy="Begin anew, without it.")
        name, _ = self._known(list)
        numbers = self._lists.page(name, after=int(after or "0"), most=limit + 1)
        people = self._service.book.load(numbers[:limit])
        is_more = len(numbers) > limit
        return Page(items=[person_of(number, one) for number, one in people], next=str(numbers[limit - 1]) if is_more else None)

    def delete_list(self, list: str, why: Why, caller: By) -> ListShape:  # noqa: A002 - as above
        """Forget a list for good; the people on it stay stored, and who has left it stays known.

        Refused while a dispatch that is not over, or a saved filter, goes to it.
        """
        name, count = self._known(list)
        self._keeper.delete(name, by=caller.name, reason=why.reason)
        return ListShape(list=name, people=count)

    def list_filters(self) -> Page[FilterShape]:
        """List the saved filters; all at once."""
        return Page(items=[_filter(name, text) for name, text in self._edits.filters().items()], next=None)

    def save_filter(self, new: FilterShape, caller: By) -> FilterShape:
        """Save whom of a list a dispatch goes to, in place of a filter of the same name."""
        made = AudienceFilter.of(new.list, new.wanted)
        return _filter(self._keeper.save_filter(new.filter, made, by=caller.name), str(made))

    def count_filter(self, filter: str) -> Count:  # noqa: A002 - as above
        """Count whom a filter fits today. Looks at everybody on its list."""
        text = self._edits.filters().get(filter)
        if text is None:
            raise NotFound("saved filter", filter)
        return Count(people=len(self._service.book.members([ListName(text)])))

    def remove_filter(self, filter: str, caller: By) -> FilterShape:  # noqa: A002 - as above
        """Remove a saved filter; dispatches that were scheduled with it keep it."""
        text = self._edits.filters().get(filter, "")
        self._keeper.remove_filter(filter, by=caller.name)
        return _filter(filter, text)

    def _known(self, name: str) -> tuple[ListName, int]:
        checked = list_name(name)
        count = self._lists.size(checked)
        if count is None:
            raise NotFound("list", checked, remedy="`/lists` shows them.")
        return checked, count


def _filter(name: str, text: str) -> FilterShape:
    made = AudienceFilter.parse(text)
    return FilterShape(filter=name, list=made.base, wanted={field: [*values] for field, values in made.wanted})
