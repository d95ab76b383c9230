"""A program that calls the API with a token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from urllib3 import encode_multipart_formdata

from distributor.core.account import Permission, account_id, permissions_of
from tests.web.api.table import Files
from tests.web.staff.conftest import Answer, StaffSite


@dataclass(frozen=True, slots=True)
class Program:
    """Somebody's program."""

    site: StaffSite
    secret: str

    @classmethod
    def of(cls, site: StaffSite, login: str, *scopes: Permission) -> Program:
        """Return a program with a token of that person: with these scopes, or all that they may."""
        allowed = permissions_of(site.door.keeper.named(login))
        secret, _ = site.door.tokens.issue(account_id(login), label="tests", scopes=scopes or list(allowed), by="the tests")
        return cls(site, secret)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send one request; headers by their names with `_` for `-`."""
        data, kind = encoded(body)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.raw(method, path, data, {"Content-Type": kind, **sent} if kind else sent)

    def raw(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Send these bytes."""
        return self.site.raw(method, f"/api/v1{path}", body, {"Authorization": f"Bearer {self.secret}", **headers})

    def get(self, path: str) -> Any:
        """Return what is there."""
        return read(self.ask("GET", path))

    def post(self, path: str, body: object, **headers: str) -> Any:
        """Return what came of it."""
        return read(self.ask("POST", path, body, **headers))


def encoded(body: object) -> tuple[bytes | None, str]:
    """Return what is sent for this, and its media type; the same bytes for the same body."""
    match body:
        case None:
            return None, ""
        case Files(files, fields):
            return encode_multipart_formdata({**fields, **files}, boundary="tests-boundary")
        case _:
            return json.dumps(body).encode(), "application/json"


def read(answer: Answer) -> Any:
    """Return the answer's JSON.

    Raises:
        AssertionError: it was refused.
    """
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


def problem(answer: Answer) -> str:
    """Return the name of the problem with which a request was refused."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    found = json.loads(answer.text)
    assert found["status"] == answer.status
    return str(found["type"]).removeprefix("urn:distributor:problem:")
