"""One's own page: what one may do, one's password, and one's tokens for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse

from distributor.bootstrap import Service
from distributor.bootstrap_accounts import keepers_of
from distributor.core.account import Permission, TokenId
from distributor.core.errors import BadInput, LoginThrottled, Refused
from distributor.flow.sign_in import SignedIn, SignIn
from distributor.render.staff_pages import StaffPages
from distributor.web.staff.gate import Gate, Visit
from distributor.web.staff.permission_words import PERMISSION_WORDS

#: How long a token may live, by the word in the form.
_LIVES: Final = {"30": timedelta(days=30), "90": timedelta(days=90), "365": timedelta(days=365), "ever": None}


class OwnPages:
    """Shows somebody their own account."""

    def __init__(self, service: Service, pages: StaffPages, sign_in: SignIn) -> None:
        self._service = service
        self._pages = pages
        self._sign_in = sign_in
        self._tokens = keepers_of(sign_in)[1]

    def add_to(self, gate: Gate) -> None:
        """Declare the addresses; whose they are, the session says."""
        self._gate = gate
        gate.page("/me", self.show, needs=Permission.READ)
        gate.act("/me/password", self.change_password, needs=Permission.READ)
        gate.act("/me/sessions/end", self.end_others, needs=Permission.READ)
        gate.act("/me/tokens", self.issue, needs=Permission.READ)
        gate.act("/me/tokens/{token}/revoke", self.revoke, needs=Permission.READ)

    def show(self, visit: Visit) -> Response:
        """Show one's own account."""
        return self._show(visit)

    def _show(self, visit: Visit, *, problem: str = "", about: str = "", secret: str = "") -> Response:
        caller = visit.visitor.caller
        values = {
            "account": caller.account,
            "words": {permission: PERMISSION_WORDS[permission] for permission in Permission if caller.may(permission)},
            "tokens": self._tokens.of(caller.account.id),
            "now": self._service.clock.now(),
            "problem": problem,
            "about": about,
            "secret": secret,
            "typed_label": visit.fields.get("label", "") if about == "token" else "",
            "typed_scopes": visit.all("scope") if about == "token" else (),
            "changed": visit.fields.get("changed", ""),
        }
        return self._html(visit, "me.html", status=422 if problem else 200, **values)

    def change_password(self, visit: Visit) -> Response:
        """Change one's password: all one's other sessions end, this one goes on under a new secret."""
        old, new = visit.fields.get("old", ""), visit.fields.get("new", "")
        if new != visit.fields.get("again", ""):
            return self._show(visit, about="password", problem="The new password is not the same twice. Type it again.")
        try:
            begun = self._sign_in.change_password(visit.secret, old=old, new=new, address=visit.address)
        except BadInput as error:
            return self._show(visit, about="password", problem=f"{error.problem} {error.remedy}")
        except LoginThrottled as error:
            return self._show(visit, about="password", problem=str(error))
        except Refused:
            return self._show(visit, about="password", problem="The old password is not right. Nothing has changed.")
        return self._go_on(begun, "password")

    def end_others(self, visit: Visit) -> Response:
        """End all of one's sessions but this one."""
        if visit.fields.get("sure") != "yes":
            return self._show(visit, problem="Use the button below: all your other sessions would end.")
        return self._go_on(self._sign_in.end_other_sessions(visit.secret), "sessions")

    def _go_on(self, begun: SignedIn, changed: str) -> Response:
        response = RedirectResponse(f"/me?changed={changed}", 303)
        self._gate.remember(response, begun.secret)
        return response

    def issue(self, visit: Visit) -> Response:
        """Make a token for a program, and show it this once."""
        caller = visit.visitor.caller
        scopes = [Permission(name) for name in visit.all("scope") if name in set(Permission)]
        life = visit.fields.get("life", "")
        if life not in _LIVES:
            return self._show(visit, about="token", problem="Choose how long the token is good for.")
        try:
            secret, _ = self._tokens.issue(
                caller.account.id,
                label=visit.fields.get("label", ""),
                scopes=scopes,
                by=visit.by,
                life=_LIVES[life],
                within=caller.permissions,
            )
        except (BadInput, Refused) as error:
            said = f"{error.problem} {error.remedy}" if isinstance(error, BadInput) else str(error)
            return self._show(visit, about="token", problem=said)
        return self._show(visit, secret=secret)

    def revoke(self, visit: Visit) -> Response:
        """End one of one's own tokens for good, after asking."""
        own = self._tokens.of(visit.visitor.caller.account.id)
        token = next((one for one in own if one.id == visit.path["token"]), None)
        if token is not None and visit.fields.get("sure") != "yes":
            return self._html(visit, "token_revoke.html", token=token, act=f"/me/tokens/{token.id}/revoke", back="/me")
        self._tokens.revoke(TokenId(visit.path["token"]), by=visit.by, owner=visit.visitor.caller.account.id)
        return RedirectResponse("/me#tokens", 303)

    def _html(self, visit: Visit, name: str, *, status: int = 200, **values: object) -> HTMLResponse:
        return HTMLResponse(self._pages.page(name, visitor=visit.visitor, **values), status)
