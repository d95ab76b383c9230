"""`/api/v1`: what the pages do, for programs. Each shows an API token (`distributor tokens add`) and may do what that allows.

Every write may be repeated: ids are derived from content, so the same release is one release and the same dispatch one dispatch.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, Literal

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from distributor.bootstrap import Service
from distributor.bootstrap_contacts import audience_named
from distributor.core.account import Caller, Permission
from distributor.core.approval import Waiver, short_code
from distributor.core.errors import BadInput, DistributorError, Forbidden, NotFound, NotSignedIn, StoreUnavailable
from distributor.core.ids import DispatchId
from distributor.core.message import ChannelName
from distributor.core.report import status_json
from distributor.core.understood import understood
from distributor.flow.schedule import ScheduleRequest
from distributor.flow.sign_in import SignIn
from distributor.intake.read import read_release_bytes
from distributor.ports_releases import StoredRevision

PREFIX: Final = "/api/v1"
_STATUS_OF: Final[tuple[tuple[type[DistributorError], int], ...]] = (
    (NotSignedIn, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (BadInput, 422),
)
_NAMES: Final = {"markdown": "release.md", "text": "release.txt", "html": "release.html"}


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Problem(_Shape):
    """Why a request was refused, in one sentence that says what to do."""

    problem: str


class NewRelease(_Shape):
    """A release as it was written."""

    text: str = Field(max_length=2_000_000, description="The whole release, with its front matter if it has one.")
    format: Literal["markdown", "text", "html"] = "markdown"
    embargo: str = Field("", max_length=200, description="The embargo, if the text leaves it open.")
    revises: str | None = Field(None, max_length=64, description="The release of which this is a new revision.")


class ReleaseShape(_Shape):
    """A release and what was understood of it."""

    release: str
    revision: int
    headline: str
    is_approved: bool
    seal: str | None
    understood: list[tuple[str, str]]


class CheckShape(_Shape):
    """What one check found."""

    check: str
    severity: str
    passed: bool
    message: str
    remedy: str


class WaiverShape(_Shape):
    """A failing check that is passed over."""

    check: str = Field(max_length=100)
    reason: str = Field(min_length=1, max_length=1000)


class NewApproval(_Shape):
    """An approval of the revision that was looked at."""

    revision: int = Field(ge=1, le=2**31)
    waivers: list[WaiverShape] = Field(default_factory=list, max_length=50)


class Seal(_Shape):
    """What was sealed, and the short code to read out."""

    release: str
    revision: int
    seal: str
    code: str


class NewDispatch(_Shape):
    """To whom, by which ways, when."""

    release: str = Field(max_length=64)
    to: list[str] = Field(default_factory=list, max_length=100, description="Media lists or saved filters.")
    channels: list[ChannelName] = Field(min_length=1, max_length=10)
    lift: AwareDatetime | None = Field(None, description="Later than the embargo, never earlier. Default: the embargo.")


class DispatchShape(BaseModel):
    """A dispatch's status, in the shape of `dispatch status --json`."""

    model_config = ConfigDict(extra="allow")

    dispatch: str
    release: str
    revision: int
    state: str
    hold_reason: str
    lift_at: str
    first_sent_at: str | None
    last_accepted_at: str | None
    channels: dict[str, Any]


class Reason(_Shape):
    """Why, for the audit."""

    reason: str = Field("", max_length=1000)


_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Problem, "description": text}
    for status, text in (
        (401, "No valid token."),
        (403, "The token's scopes do not allow it."),
        (404, "There is none."),
        (409, "It is refused as things stand."),
        (422, "Something in the request cannot be."),
        (503, "Redis does not answer; try again."),
    )
}


def add_api(app: FastAPI, service: Service, sign_in: SignIn) -> APIRouter:
    """Add the API; return its routes, each of which asks for a permission."""
    router = APIRouter(prefix=PREFIX, responses=_ERRORS)
    needs = _Asking(sign_in)
    _add_releases(router, service, needs)
    _add_dispatches(router, service, needs)
    app.include_router(router)
    app.add_exception_handler(DistributorError, _answer)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    return router


class _Asking:
    """Makes what a route asks for: a caller who has the permission."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in
        self._bearer = HTTPBearer(auto_error=False, description="An API token: `distributor tokens add`.")

    def __call__(self, permission: Permission) -> Any:
        def caller(shown: HTTPAuthorizationCredentials | None = Depends(self._bearer)) -> Caller:
            found = self._sign_in.by_token(shown.credentials if shown else "")
            found.demand(permission)
            return found

        return Depends(caller)


def _add_releases(router: APIRouter, service: Service, needs: Callable[[Permission], Any]) -> None:
    @router.get("/releases", tags=["releases"])
    def list_releases(caller: Caller = needs(Permission.READ)) -> list[ReleaseShape]:
        """List the fifty newest releases, without what was understood of them."""
        return [
            ReleaseShape(
                release=one.release_id, revision=one.revision, headline=one.headline, is_approved=one.is_approved, seal=None,
                understood=[],
            )
            for one in service.releases.list_all()[:50]
        ]  # fmt: skip

    @router.post("/releases", tags=["releases"])
    def take_in(new: NewRelease, caller: Caller = needs(Permission.WRITE_RELEASE)) -> ReleaseShape:
        """Take in a release, or a new revision of one, which voids its approval. The same text again is the same release."""
        content = read_release_bytes(
            new.text.encode("utf-8", "replace"), name=_NAMES[new.format], now=service.clock.now(), embargo_answer=new.embargo
        )
        known = service.releases.resolve(new.revises) if new.revises else None
        return _release(service, service.taker.take_in(content, by=caller.name, revises=known))

    @router.get("/releases/{release}", tags=["releases"])
    def show_release(release: str, caller: Caller = needs(Permission.READ)) -> ReleaseShape:
        """Show a release's latest revision. The beginning of its id is enough."""
        return _release(service, service.releases.get(service.releases.resolve(release)))

    @router.get("/releases/{release}/checks", tags=["releases"])
    def check_release(release: str, caller: Caller = needs(Permission.READ)) -> list[CheckShape]:
        """Run every check."""
        stored = service.releases.get(service.releases.resolve(release))
        results = service.check(stored, service.compose(stored), service.clock.now())
        return [
            CheckShape(check=r.name, severity=r.severity.value, passed=r.passed, message=r.message, remedy=r.remedy)
            for r in results
        ]

    @router.post("/releases/{release}/approval", tags=["releases"])
    def approve(release: str, new: NewApproval, caller: Caller = needs(Permission.APPROVE)) -> Seal:
        """Seal the revision that was looked at. Whoever wrote or took it in cannot approve it."""
        if new.waivers:
            caller.demand(Permission.WAIVE)
        stored = service.releases.get(service.releases.resolve(release))
        if stored.revision != new.revision:
            raise BadInput("A newer revision has come.", where="revision", remedy=f"Look at revision {stored.revision} first.")
        waivers = tuple(Waiver(check=one.check, reason=one.reason, by=caller.name) for one in new.waivers)
        approval = service.approver.approve(stored.release_id, by=caller.name, waivers=waivers)
        return Seal(release=approval.release, revision=approval.revision, seal=approval.seal, code=short_code(approval.seal))


def _add_dispatches(router: APIRouter, service: Service, needs: Callable[[Permission], Any]) -> None:
    def status_of(name: str) -> DispatchShape:
        # The plan says whether there is such a dispatch.
        status = service.dispatches.status(service.dispatches.plan(DispatchId(name)).dispatch)
        return DispatchShape.model_validate(status_json(status))

    @router.post("/dispatches", tags=["dispatches"])
    def schedule(new: NewDispatch, caller: Caller = needs(Permission.SCHEDULE)) -> DispatchShape:
        """Schedule and prepare an approved release. The same request again finds the same dispatch."""
        plan = service.scheduler.schedule(
            ScheduleRequest(
                release=service.releases.resolve(new.release),
                lists=tuple(audience_named(service, name) for name in new.to),
                channels=tuple(new.channels),
                by=caller.name,
                lift_at=new.lift,
                late_limit=timedelta(minutes=service.settings.dispatch.late_limit_minutes),
            )
        )
        service.preparer.prepare_once(plan)
        return status_of(plan.dispatch)

    @router.get("/dispatches/{dispatch}", tags=["dispatches"])
    def show_dispatch(dispatch: str, caller: Caller = needs(Permission.READ)) -> DispatchShape:
        """Show a dispatch's status, in constant time however many it goes to."""
        return status_of(dispatch)

    @router.post("/dispatches/{dispatch}/hold", tags=["dispatches"])
    def hold(dispatch: str, why: Reason, caller: Caller = needs(Permission.HOLD)) -> DispatchShape:
        """Stop everything that has not left, on every worker, within a second."""
        status_of(dispatch)
        service.controller.hold(DispatchId(dispatch), by=caller.name, reason=why.reason)
        return status_of(dispatch)

    @router.post("/dispatches/{dispatch}/resume", tags=["dispatches"])
    def resume(dispatch: str, why: Reason, caller: Caller = needs(Permission.RESUME)) -> DispatchShape:
        """Go on exactly where the hold stopped; past the late limit it may start within an hour."""
        status_of(dispatch)
        service.controller.resume(DispatchId(dispatch), by=caller.name, reason=why.reason, may_start_for=timedelta(hours=1))
        return status_of(dispatch)

    @router.post("/dispatches/{dispatch}/cancel", tags=["dispatches"])
    def cancel(dispatch: str, why: Reason, caller: Caller = needs(Permission.CANCEL)) -> DispatchShape:
        """Withdraw everything that has not left, for good."""
        status_of(dispatch)
        service.controller.cancel(DispatchId(dispatch), by=caller.name, reason=why.reason)
        return status_of(dispatch)


def _release(service: Service, stored: StoredRevision) -> ReleaseShape:
    approval = service.releases.approval(stored.release_id)
    return ReleaseShape(
        release=stored.release_id,
        revision=stored.revision,
        headline=stored.content.headline,
        is_approved=approval is not None,
        seal=approval.seal if approval else None,
        understood=list(understood(stored.content)),
    )


async def _answer(request: Request, error: Exception) -> JSONResponse:
    """Turn a refusal into its status and one sentence; nothing else of an error is told."""
    if isinstance(error, StoreUnavailable) or not request.url.path.startswith(PREFIX):
        raise error
    status = next((code for kind, code in _STATUS_OF if isinstance(error, kind)), 409)
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, NotSignedIn) else {}
    return JSONResponse({"problem": str(error)}, status, headers)


async def _answer_invalid(request: Request, error: Exception) -> JSONResponse:
    """Name the fields that cannot be; what stood in them is not repeated, it may be a release."""
    details = error.errors() if isinstance(error, RequestValidationError) else []
    named = "; ".join(f"{'.'.join(str(part) for part in one['loc'][1:]) or 'body'}: {one['msg']}" for one in details[:10])
    return JSONResponse({"problem": f"The request cannot be read: {named}."}, 422)
