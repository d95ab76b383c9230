"""The OpenAPI document is what a stranger builds a program from: each route is told of, in one way, with examples that fit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from distributor.web.api.door import PREFIX
from tests.web.staff.conftest import StaffSite


@pytest.fixture
def document(site: StaffSite) -> dict[str, Any]:
    """Return the document, as anybody may read it."""
    found: dict[str, Any] = json.loads(site.get(f"{PREFIX}/openapi.json").text)
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        if path.startswith(f"{PREFIX}/"):
            yield from ((f"{method.upper()} {path}", operation) for method, operation in methods.items())


def test_each_route_says_what_it_does_what_it_needs_and_how_it_refuses(document: dict[str, Any]) -> None:
    tags = {tag["name"] for tag in document["tags"] if tag["description"]}

    for name, operation in operations(document):
        assert set(operation["tags"]) <= tags, name
        assert re.fullmatch(r"[A-Z].{5,}[^.]", operation["summary"]), name
        assert "Needs the permission `" in operation["description"], name
        assert operation["security"] == [{"token": []}], name
        assert {"200", "401", "403", "404", "409", "422", "503"} <= set(operation["responses"]), name
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (name, status)


def test_the_names_of_operations_read_well_and_are_given_once(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]

    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)] == []


def test_each_write_may_be_sent_again(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        is_documented = any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", []))
        is_write = not name.startswith("GET") and "Idempotency-Replayed" in operation["responses"]["200"].get("headers", {})
        assert is_documented == is_write, name


def test_each_shape_has_an_example_with_fields_of_its_own(document: dict[str, Any]) -> None:
    for name, shape in document["components"]["schemas"].items():
        # FastAPI's own are for recipients' pages, which are no part of the API.
        if shape.get("type") != "object" or name.startswith(("Page_", "Body_", "HTTPValidationError", "ValidationError")):
            continue
        fields = shape["properties"]
        of_fields = {field: one["examples"][0] for field, one in fields.items() if "examples" in one}
        examples = shape.get("examples") or [of_fields]
        for example in examples:
            assert set(example) <= set(fields), name
            # A null in an example does not get into the document.
            needed = {field for field in shape.get("required", ()) if {"type": "null"} not in fields[field].get("anyOf", ())}
            assert needed <= set(example), name
