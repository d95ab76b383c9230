"""What the OpenAPI document lets a stranger make up: every route, also one that is new, answers only as the document says.

Schemathesis makes the requests up; the application runs in front of a real Redis. Where a path names something, every other
request names something that is there, so that not all end at "there is none".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from distributor.core.account import Role, account_id
from distributor.sandbox.serve import RunningSandbox
from distributor.store.connection import connect
from distributor.web.api.door import PREFIX
from tests.flow.newsroom import Newsroom
from tests.web.api.program import Program
from tests.web.staff.conftest import EDITOR, StaffSite

PROMISES = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
#: For each route, of each kind: requests that fit the document, and such that do not.
EXAMPLES = 8


@pytest.fixture(scope="module")
def busy_site(redis_url: str, running_sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StaffSite]:
    """Return the application with people, a release and a dispatch; one for all routes."""
    connect(redis_url).flushall()
    newsroom = Newsroom(redis_url, running_sandbox, tmp_path_factory.mktemp("strangers"))
    site = StaffSite(newsroom)
    site.door.keeper.set_roles(account_id(EDITOR), list(Role), by="the tests")
    newsroom.crowd(3)
    newsroom.schedule(newsroom.approved())
    yield site
    site.close()
    newsroom.service.close()


@pytest.fixture(scope="module")
def stranger(busy_site: StaffSite) -> Program:
    """Return a program that may do all there is."""
    return Program.of(busy_site, EDITOR)


def operations(site: StaffSite) -> Iterator[tuple[str, Any]]:
    """Yield what schemathesis makes of each route."""
    schema = schemathesis.openapi.from_url(f"{site.url}{PREFIX}/openapi.json").include(path_regex=f"^{PREFIX}/")
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr] # a document that cannot be read fails here
        yield operation.label, operation


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_route_answers_as_the_document_says(
    busy_site: StaffSite, stranger: Program, subtests: pytest.Subtests, mode: GenerationMode
) -> None:
    service = busy_site.newsroom.service
    there = {
        "release": service.releases.list_all()[0].release_id, "dispatch": service.dispatches.all()[0], "number": 1,
        "list": "press",
    }  # fmt: skip

    for label, operation in operations(busy_site):

        @settings(max_examples=EXAMPLES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode), is_there=st.booleans())
        def ask(case: Any, is_there: bool) -> None:
            if is_there and case.path_parameters:
                case.path_parameters |= {name: there[name] for name in case.path_parameters if name in there}
            case.call_and_validate(headers={"Authorization": f"Bearer {stranger.secret}"}, checks=PROMISES, timeout=30)

        with subtests.test(label):
            ask()
