"""YAML front matter as plain text with lines: no types, no aliases, no tags, no doubles.

YAML's own types are left aside on purpose, since they would turn "no" (Norwegian) into False and a date into a number. Aliases
are refused, for a few lines of them can grow to gigabytes; so are depth and length that no release needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import regex
import yaml

from distributor.core.errors import BadInput
from distributor.intake.characters import refuse_characters

_FENCE = regex.compile(r"\A---[ \t]*\n")
_CLOSE = regex.compile(r"^(?:---|\.\.\.)[ \t]*$", regex.MULTILINE)
_MAX_CHARACTERS = 64_000
_MAX_DEPTH = 4
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of the front matter. Exactly one of `text`, `items` and `fields` is set."""

    line: int
    #: Where it was typed, when not into a file: the field's name.
    place: str = ""
    text: str | None = None
    items: tuple[Value, ...] | None = None
    fields: Mapping[str, Value] | None = None

    def where(self, name: str) -> str:
        """Return the place for a message: the field, or the line of the file of that name."""
        return self.place or f"{name}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """The front matter's values by key, and the text behind it."""

    values: Mapping[str, Value]
    #: The text without the front matter, and the number of its first line.
    text: str
    first_line: int


def split_front_matter(text: str, *, name: str) -> FrontMatter:
    """Return front matter and text; no values where the text does not begin with "---".

    Raises:
        BadInput: not closed, no YAML, no list of keys, or with aliases, tags, doubles or too much depth.
    """
    start = _FENCE.match(text)
    if start is None:
        return FrontMatter(values={}, text=text, first_line=1)
    end = _CLOSE.search(text, start.end())
    if end is None:
        raise BadInput(
            "The front matter is not closed.",
            where=f"{name}:1",
            remedy='End it with a line "---" before the release\'s text begins.',
        )
    head = text[start.end() : end.start()]
    if len(head) > _MAX_CHARACTERS:
        raise BadInput(f"The front matter has more than {_MAX_CHARACTERS} characters.", where=f"{name}:1", remedy="Shorten it.")
    body_line = text.count("\n", 0, end.end()) + 1
    return FrontMatter(values=_read(head, name), text=text[end.end() :], first_line=body_line)


def _line(mark: object) -> int:
    """Return the line in the file; the front matter begins on its second one."""
    return int(getattr(mark, "line", -1)) + 2


def _read(head: str, name: str) -> Mapping[str, Value]:
    try:
        _refuse_tricks(head, name)
        node = yaml.compose(head, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark)
        raise BadInput(
            "The front matter is not valid YAML.",
            where=f"{name}:{line}",
            remedy='Write "key: value", and put quotation marks around text with ": " in it.',
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise BadInput(
            "The front matter is not valid YAML.", where=f"{name}:1", remedy='Write "key: value" on each line.'
        ) from error
    if node is None:
        return {}
    value = _value(node, name)
    if value.fields is None:
        raise BadInput(
            "The front matter is no list of keys and values.",
            where=f"{name}:{value.line}",
            remedy='Write "key: value" on each line.',
        )
    return value.fields


def _refuse_tricks(head: str, name: str) -> None:
    depth = 0
    for event in yaml.parse(head, Loader=yaml.SafeLoader):
        where = f"{name}:{_line(event.start_mark)}"
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadInput(
                "The front matter uses YAML aliases (& and *).",
                where=where,
                remedy="Write the value out, or put it in quotation marks.",
            )
        if getattr(event, "tag", None):
            raise BadInput(
                "The front matter uses YAML tags (!).",
                where=where,
                remedy="Leave the tag out, or put the value in quotation marks.",
            )
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise BadInput(
                "The front matter is nested too deeply.", where=where, remedy="No key needs more than a list of keys and values."
            )


def _value(node: yaml.Node, name: str) -> Value:
    line = _line(node.start_mark)
    if isinstance(node, yaml.SequenceNode):
        return Value(line=line, items=tuple(_value(item, name) for item in node.value))
    if isinstance(node, yaml.MappingNode):
        return Value(line=line, fields=_fields(node, name))
    text = str(node.value)
    refuse_characters(text, where=f"{name}:{line}")
    if getattr(node, "style", None) in {"|", ">"}:
        # Its mark is on the line of the key; the text begins below.
        line += 1
    return Value(line=line, text="" if getattr(node, "style", None) is None and text in _NULLS else text)


def _fields(node: yaml.MappingNode, name: str) -> Mapping[str, Value]:
    fields: dict[str, Value] = {}
    for key, item in node.value:
        where = f"{name}:{_line(key.start_mark)}"
        if not isinstance(key, yaml.ScalarNode):
            raise BadInput("A key of the front matter is no word.", where=where, remedy='Write "key: value".')
        if key.value in fields:
            raise BadInput("A key stands twice in the front matter.", where=where, remedy="Leave one of them.")
        fields[str(key.value)] = _value(item, name)
    return fields
