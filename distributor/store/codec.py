"""How values are stored: JSON with a schema version, read back into exactly the same values.

Every stored shape carries `"schema"`. To change one: first read both the old and the new version, release that, then write
the new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import orjson

from distributor.core.approval import Approval
from distributor.core.errors import DistributorError
from distributor.core.ids import digest
from distributor.core.message import Master
from distributor.core.release import Release
from distributor.core.translation import Others

SCHEMA = 1
T = TypeVar("T")
#: Classes that can stand in one place, by the name that is stored beside their fields.
_TAGGED = "is"


class UnknownSchema(DistributorError):
    """The store holds a shape that this version of Distributor does not know."""


def encode(value: object) -> bytes:
    """Return a dataclass as canonical JSON: the same value gives the same bytes, always."""
    return orjson.dumps({"schema": SCHEMA, "value": _plain(value)}, option=orjson.OPT_SORT_KEYS)


def decode(kind: type[T], data: bytes) -> T:
    """Return the value of that class.

    Raises:
        UnknownSchema: it was written by a later version, or is not what it should be.
    """
    value = _read(data, kind, name=kind.__name__)
    if not isinstance(value, kind):
        raise UnknownSchema(f"What is stored is no {kind.__name__}.")
    return value


def _read(data: bytes, kind: Any, *, name: str) -> Any:
    try:
        shape = orjson.loads(data)
        if shape["schema"] != SCHEMA:
            raise UnknownSchema(f"This {name} was stored in shape {shape['schema']}; this version reads {SCHEMA}.")
        return _reader(kind)(shape["value"])
    except (KeyError, TypeError, ValueError):
        # What stood there stays out of the message, also as its cause: it may be embargoed text.
        raise UnknownSchema(f"What is stored is no {name}.") from None


def encode_master(master: Master) -> bytes:
    """Return a master as stored."""
    return encode(master)


def decode_master(data: bytes) -> Master:
    """Return a stored master of either kind."""
    return cast("Master", _read(data, Master, name="master"))


def decode_release(data: bytes) -> Release:
    """Return a stored release."""
    return decode(Release, data)


def decode_approval(data: bytes) -> Approval:
    """Return a stored approval."""
    return decode(Approval, data)


def content_digest(release: Release, translations: Sequence[Release] = (), others: Others = Others.FALLBACK) -> bytes:
    """Return the SHA-256 of everything a revision says, in all its languages, 32 bytes."""
    if not translations and others is Others.FALLBACK:
        # As it was before there were translations, so that what was approved then is what it was.
        return digest("content", encode(release))
    return digest("content in languages", encode(release), others.value, *(encode(one) for one in translations))


def _plain(value: object) -> object:
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case datetime() | date():
            return value.isoformat()
        case tuple() | list():
            return [_plain(item) for item in value]
        case _ if is_dataclass(value):
            shape = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
            return {**shape, _TAGGED: type(value).__name__}
        case _:
            raise TypeError(f"{type(value).__name__} has no stored shape")


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return the function that makes a value of this type from its plain shape."""
    if isinstance(kind, NewType):
        return _reader(kind.__supertype__)
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _union_reader(get_args(kind))
    if origin is tuple:
        return _tuple_reader(get_args(kind))
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if kind in (datetime, date):
        return cast("Callable[[Any], Any]", kind.fromisoformat)
    return lambda plain: _must_be(kind, plain)


def _must_be(kind: type, plain: object) -> object:
    # Python takes True for a kind of 1; a stored true is never a number.
    if not isinstance(plain, kind) or (isinstance(plain, bool) and kind is not bool):
        raise TypeError(f"expected {kind.__name__}")
    return plain


def _union_reader(kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    by_name: dict[str, Any] = {cast("type", kind).__name__: kind for kind in kinds if is_dataclass(kind)}
    others = [kind for kind in kinds if kind is not NoneType and not is_dataclass(kind)]

    def read(plain: Any) -> Any:
        if plain is None and NoneType in kinds:
            return None
        if isinstance(plain, Mapping):
            return _reader(by_name[plain[_TAGGED]])(plain)
        if not others:
            raise TypeError("expected a value with a name")
        return _reader(others[0])(plain)

    return read


def _tuple_reader(args: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(args) == 2 and args[1] is Ellipsis:  # noqa: PLR2004 - tuple[X, ...] has two arguments
        read_item = _reader(args[0])
        return lambda plain: tuple(read_item(item) for item in _must_be_list(plain))
    readers = [_reader(arg) for arg in args]
    return lambda plain: tuple(read(item) for read, item in zip(readers, _must_be_list(plain), strict=True))


def _must_be_list(plain: object) -> list[Any]:
    # Text would pass for a sequence of its letters.
    return cast("list[Any]", _must_be(list, plain))


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    # What an earlier version did not write has its default.
    late = {field.name for field in fields(kind) if field.default is not MISSING or field.default_factory is not MISSING}
    return lambda plain: kind(**{name: read(plain[name]) for name, read in readers.items() if name in plain or name not in late})
