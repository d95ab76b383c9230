"""The web page on which the received e-mails and threads look as their readers would see them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import islice
from typing import Final
from urllib.parse import urlencode

import jinja2
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from distributor.resources import resource
from distributor.sandbox.control import summary_of
from distributor.sandbox.gateway import state_of
from distributor.sandbox.timeline import Post

PAGE_SIZE: Final = 50
_CHROME_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none'"
)
#: The message is a stranger's HTML: it may show itself and nothing else.
_MESSAGE_POLICY: Final = (
    "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_TAG: Final = re.compile(r"(?<![\w&/])([@#]\w{1,50})")


class Pages:
    """The pages and their templates, read once."""

    def __init__(self) -> None:
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(resource("templates", "sandbox")),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"clock": _clock, "day": _day, "post_text": _post_text}

    def routes(self) -> list[Route]:
        """Return the routes of all pages."""
        return [
            Route("/", self.inbox, methods=["GET"]),
            Route("/mail/{send:int}/{position:int}", self.message, methods=["GET"]),
            Route("/mail/{send:int}/{position:int}/body.html", self.message_body, methods=["GET"]),
            Route("/threads", self.threads, methods=["GET"]),
            Route("/media/{media}", self.media, methods=["GET"]),
            Route("/sandbox.css", self.stylesheet, methods=["GET"]),
        ]

    async def inbox(self, request: Request) -> Response:
        """List the messages, newest first."""
        query = request.query_params.get("q", "").strip()[:200]
        page = _page_number(request.query_params.get("page", ""))
        found = state_of(request).mailbox.newest_first(query)
        start = (page - 1) * PAGE_SIZE
        refs = list(islice(found, start, start + PAGE_SIZE + 1))
        return self._page(
            request,
            "inbox.html",
            query=query,
            refs=refs[:PAGE_SIZE],
            first=start + 1,
            newer=_link(query, page - 1) if page > 1 else "",
            older=_link(query, page + 1) if len(refs) > PAGE_SIZE else "",
        )

    async def message(self, request: Request) -> Response:
        """Show one message."""
        letter = state_of(request).mailbox.open(request.path_params["send"], request.path_params["position"])
        if letter is None:
            return self._page(request, "missing.html", status=404)
        view = request.query_params.get("view", "html" if letter.html else "text")
        return self._page(request, "message.html", letter=letter, view=view if view in {"html", "text", "headers"} else "text")

    async def message_body(self, request: Request) -> Response:
        """Give the message's HTML to the frame that holds it apart."""
        letter = state_of(request).mailbox.open(request.path_params["send"], request.path_params["position"])
        headers = {"Content-Security-Policy": _MESSAGE_POLICY, "Referrer-Policy": "no-referrer"}
        return HTMLResponse(letter.html if letter else "", 200 if letter else 404, headers)

    async def threads(self, request: Request) -> Response:
        """Show the threads, newest first."""
        state = state_of(request)
        return self._page(request, "threads.html", threads=state.timeline.threads(), media=state.timeline.media)

    async def media(self, request: Request) -> Response:
        """Give one uploaded image."""
        media = state_of(request).timeline.media.get(request.path_params["media"])
        if media is None:
            return Response(status_code=404)
        return Response(media.data, media_type=media.media_type, headers={"X-Content-Type-Options": "nosniff"})

    async def stylesheet(self, request: Request) -> Response:
        """Give the style sheet."""
        return Response(resource("templates", "sandbox", "sandbox.css").read_bytes(), media_type="text/css")

    def _page(self, request: Request, template: str, *, status: int = 200, **values: object) -> Response:
        state = state_of(request)
        html = self._templates.get_template(template).render(
            summary=summary_of(state), settings=state.settings, place=request.url.path, **values
        )
        return HTMLResponse(html, status, {"Content-Security-Policy": _CHROME_POLICY, "Referrer-Policy": "no-referrer"})


def _page_number(text: str) -> int:
    return min(max(1, int(text)), 1_000_000) if text.isascii() and text.isdigit() and len(text) < 8 else 1  # noqa: PLR2004 - keeps int small


def _link(query: str, page: int) -> str:
    return "/?" + urlencode({name: value for name, value in (("q", query), ("page", page)) if value})


def _clock(at_us: int) -> str:
    return datetime.fromtimestamp(at_us / 1e6, UTC).strftime("%H:%M:%S.%f")[:-3]


def _day(at_us: int) -> str:
    return f"{datetime.fromtimestamp(at_us / 1e6, UTC):%-d %B %Y}"


def _post_text(post: Post) -> Markup:
    """Return the post as X shows it: links in their short form, mentions and hashtags marked."""
    shown, done = Markup(), 0
    for url in post.urls:
        shown += _with_tags(post.shown_text[done : url.start])
        shown += Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(url.expanded_url, url.display_url)
        done = url.end
    return shown + _with_tags(post.shown_text[done:])


def _with_tags(text: str) -> Markup:
    # The text is escaped already, by the same rule that X's API follows; quotation marks need none outside attributes.
    return Markup(_TAG.sub(lambda match: str(Markup('<span class="tag">{}</span>').format(escape(match.group(1)))), text))  # noqa: S704 - escaped by wrap_links
