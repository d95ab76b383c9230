"""What all areas' shapes have in common: strict fields, an example in each, and pages of a long list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from distributor.core.errors import BadInput

T = TypeVar("T")
S = TypeVar("S")

#: How many items a page has.
Limit = Annotated[int, Query(ge=1, le=200, description="How many items at most.")]
#: Where the page begins: `next` of the page before.
After = Annotated[str, Query(max_length=200, description="`next` of the page before; nothing for the first.")]


#: The revision that a program had before it when it made a change.
AfterRevision = Annotated[
    int | None, Field(ge=1, le=2**31, description="The revision you had before you; 409 `refused` when a newer one came.")
]


class Shape(BaseModel):
    """Something sent or answered. Unknown fields are refused, and what stood in a field is never in an error."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def example(**values: Any) -> ConfigDict:
    """Return a shape's configuration with its example."""
    return ConfigDict(json_schema_extra={"examples": [values]})


class Page(Shape, Generic[T]):
    """Some items of a list, and where the next ones are."""

    items: list[T]
    next: str | None = Field(description="Ask again with `after` = this; null: that was all.")


class Reason(Shape):
    """Why, for the audit."""

    model_config = example(reason="A typing error in the headline")

    reason: str = Field("", max_length=1000)


def page_of(found: Sequence[S], *, limit: int, after: str, name: Callable[[S], str], shape: Callable[[S], T]) -> Page[T]:
    """Return a page of what is all at hand.

    Raises:
        BadInput: `after` is no item of it, or not any more.
    """
    start = 0
    if after:
        start = next((at for at, one in enumerate(found, start=1) if name(one) == after), 0)
        if not start:
            raise BadInput("This is not `next` of a page.", where="after", remedy="Begin anew, without it.")
    chosen = list(islice(found, start, start + limit))
    is_more = start + len(chosen) < len(found)
    return Page(items=[shape(one) for one in chosen], next=name(chosen[-1]) if is_more and chosen else None)
