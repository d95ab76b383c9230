"""The pages for recipients: leaving, choosing what to receive, and reading a message in the browser.

Opening a page changes nothing: mail programs and virus scanners open every link. A post acts, takes the identity from the address
alone, and needs no cookie, no field and no body (RFC 8058).
"""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import parse_qs

from babel import negotiate_locale
from fastapi import FastAPI, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from distributor.core.errors import BadInput
from distributor.core.ids import Language
from distributor.core.leaving import Leaving, Standing, Wish
from distributor.render.catalogue import SOURCE, languages, spoken
from distributor.render.pages import own_name
from distributor.web.body import read_body
from distributor.web.parts import WebParts

_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: An e-mail may show itself: inline styles and pictures, no script, no form, and its links open outside the sandbox.
_EMAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
#: Our own forms send some fifty bytes. Whatever is longer is not read, and means what an empty body means.
_MOST_FORM_BYTES: Final = 4096
_MOST_FIELDS: Final = 8
#: How many of a browser's languages are looked at.
_MOST_LANGUAGES: Final = 10
# No length or pattern here: an answer that says what is wrong with a token would repeat it.
Token = Annotated[str, Path(description="The recipient's own token, from the link in the message.")]
_MISSING: Final[dict[int | str, dict[str, Any]]] = {404: {"description": "No such link."}}


def add_recipient_routes(app: FastAPI, parts: WebParts) -> None:
    """Add the pages."""
    desk = _Pages(parts)

    @app.get("/unsubscribe/{token}", tags=["recipients"], response_class=HTMLResponse, responses=_MISSING)
    def ask_whether_to_leave(request: Request, token: Token) -> HTMLResponse:
        """Show what the recipient may choose. Changes nothing: mail programs and virus scanners open every link."""
        return desk.ask(token, _browser_language(request))

    @app.post("/unsubscribe/{token}", tags=["recipients"], response_class=HTMLResponse, responses=_MISSING)
    async def leave(request: Request, token: Token) -> HTMLResponse:
        """Suppress the address behind the link (RFC 8058: no cookie, no body, no redirect is needed). Safe to repeat.

        A form field `action` may ask for less: `list`, `language` (with `language`), or `undo`.
        """
        body = await read_body(request, most=_MOST_FORM_BYTES)
        return await run_in_threadpool(desk.act, token, _fields(request, body or b""), _browser_language(request))

    @app.get("/view/{token}", tags=["recipients"], response_class=HTMLResponse, responses=_MISSING)
    def view(request: Request, token: Token) -> HTMLResponse:
        """Show the e-mail that the link came in; until it is public, nothing."""
        html = parts.view.page(token)
        if html is None:
            return desk.missing(_browser_language(request))
        return HTMLResponse(html, 200, {"Content-Security-Policy": _EMAIL_POLICY})

    @app.get("/page.css", include_in_schema=False)
    def style() -> Response:
        """Give the style sheet of the pages."""
        return Response(parts.pages.style(), media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


class _Pages:
    """Shows and does what a recipient asks for."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts

    def ask(self, token: str, browser: Language) -> HTMLResponse:
        """Show how the holder of the link stands and what they may choose."""
        standing = self._parts.preferences.look(token)
        if standing is None:
            return self.missing(browser)
        name = "unsubscribed.html" if standing.is_suppressed else "unsubscribe.html"
        return self._page(name, standing, browser)

    def act(self, token: str, fields: dict[str, str], browser: Language) -> HTMLResponse:
        """Do what the holder of the link asks for. An empty or unknown wish means to be left alone, which is the safe side."""
        match fields.get("action"):
            case Wish.LIST:
                return self._left(self._parts.preferences.leave_list(token), "left_list.html", token, browser)
            case Wish.LANGUAGE:
                return self._change_language(token, fields.get("language", ""), browser)
            case Wish.UNDO:
                return self._undo(token, browser)
            case _:
                return self._left(self._parts.unsubscriber.unsubscribe(token), "unsubscribed.html", token, browser)

    def missing(self, browser: Language) -> HTMLResponse:
        """Say that there is no such page."""
        return self._html("missing.html", browser, status=404)

    def _left(self, leaving: Leaving, name: str, token: str, browser: Language) -> HTMLResponse:
        standing = self._parts.preferences.look(token)
        if leaving is Leaving.NO_SUCH_LINK or standing is None:
            return self.missing(browser)
        return self._page(name, standing, browser)

    def _change_language(self, token: str, wanted: str, browser: Language) -> HTMLResponse:
        try:
            language = self._parts.preferences.change_language(token, wanted)
        except BadInput:
            # Only a hand-made post can name no language: the page is shown again, and nothing has changed.
            return self.ask(token, browser)
        standing = self._parts.preferences.look(token)
        if language is None or standing is None:
            return self.missing(browser)
        return self._page("language.html", standing, browser, chosen_name=own_name(language))

    def _undo(self, token: str, browser: Language) -> HTMLResponse:
        is_back = self._parts.preferences.undo(token)
        standing = self._parts.preferences.look(token)
        if standing is None:
            return self.missing(browser)
        return self._page("resumed.html", standing, browser) if is_back else self.ask(token, browser)

    def _page(self, template: str, standing: Standing, browser: Language, *, chosen_name: str = "") -> HTMLResponse:
        known = [language for language in standing.languages if spoken(language) != SOURCE or language.startswith(SOURCE)]
        language = known[0] if known else browser
        choices = dict.fromkeys([*standing.languages, *languages()])
        return self._html(
            template,
            language,
            is_on_list=standing.is_on_list,
            can_undo=standing.can_undo,
            languages=[(code, own_name(code)) for code in choices],
            chosen=standing.languages[0] if standing.languages else spoken(language),
            chosen_name=chosen_name,
        )

    def _html(self, template: str, language: Language, *, status: int = 200, **values: object) -> HTMLResponse:
        html = self._parts.pages.page(template, language=language, sender=self._parts.sender_name or "us", **values)
        return HTMLResponse(html, status, {"Content-Security-Policy": _PAGE_POLICY})


def _fields(request: Request, body: bytes) -> dict[str, str]:
    """Return the fields of one of our forms; none of anything else. A mailbox provider's one-click has none that we know."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    try:
        found = parse_qs(body.decode("utf-8"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


def _browser_language(request: Request) -> Language:
    """Return the first language that the browser asks for and we have, English otherwise."""
    asked = [part.partition(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")]
    plain = [tag for tag in asked[:_MOST_LANGUAGES] if tag.replace("-", "").isalnum()]
    return Language(negotiate_locale(plain, list(languages()), sep="-") or SOURCE)
