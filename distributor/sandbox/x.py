"""X's endpoints for posts and users."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from distributor.sandbox.answer import x_problem
from distributor.sandbox.gateway import exchange_of, state_of
from distributor.sandbox.oauth1 import is_signed
from distributor.sandbox.post_rules import (
    DUPLICATE,
    NOT_PERMITTED,
    PARENT_GONE,
    PARENT_GONE_CODE,
    REPLIES_RESTRICTED,
    CheckedPost,
    PostRefused,
    check_post,
    wrap_links,
)
from distributor.sandbox.quota import DAY_S, WINDOW_S
from distributor.sandbox.state import SandboxState
from distributor.sandbox.timeline import Post
from distributor.sandbox.x_read import bad_parameter, post_json, read_timeline, user_json

Endpoint = Callable[[Request], Awaitable[Response]]
_INVALID: Final = "https://api.twitter.com/2/problems/invalid-request"
_NO_LIMIT: Final = 900


def as_json(body: object, status: int = 200) -> Response:
    """Return a JSON answer."""
    return Response(orjson.dumps(body), status, media_type="application/json")


def in_user_context(name: str, endpoint: Endpoint) -> Endpoint:
    """Return the endpoint behind OAuth 1.0a, quota and X's shape of refusals; `name` is the quota's."""

    async def guarded(request: Request) -> Response:
        state, now_s = state_of(request), exchange_of(request).received_at / 1e6
        if not await is_signed(request, state.settings, now_s=now_s):
            return x_problem(401, "Unauthorized")
        headers, is_allowed = _take(state, name, now_s)
        if not is_allowed:
            return x_problem(429, "Too Many Requests", headers=headers)
        try:
            answer = await endpoint(request)
        except PostRefused as refused:
            answer = _refusal(refused)
        answer.headers.update(headers)
        return answer

    return guarded


async def create_post(request: Request) -> Response:
    """Create one post."""
    state, exchange = state_of(request), exchange_of(request)
    checked = check_post(_parse(await request.body(), request), longest=state_of(request).settings.longest_post)
    _check_against(state, checked, now_us=exchange.received_at)
    post = _new_post(state, checked, at=exchange.received_at)
    state.timeline.posts[post.id] = post
    state.journal.append_line(
        {"provider": "x", "id": post.id, "text": post.text, "reply_to": post.reply_to, "created_at": post.created_at}
    )
    exchange.accepted_id = post.id
    return as_json({"data": {"id": post.id, "text": post.shown_text, "edit_history_tweet_ids": [post.id]}}, 201)


async def delete_post(request: Request) -> Response:
    """Delete one own post."""
    deleted = state_of(request).timeline.posts.pop(request.path_params["post"], None)
    if deleted is None:
        return x_problem(404, "Could not find that post.", kind="https://api.twitter.com/2/problems/resource-not-found")
    return as_json({"data": {"deleted": True}})


async def show_post(request: Request) -> Response:
    """Show one post; an unknown one is a 200 with errors, as X answers."""
    state = state_of(request)
    post = state.timeline.posts.get(request.path_params["post"])
    if post is None or not is_visible(state, post, exchange_of(request).received_at):
        return as_json(
            {"errors": [{"title": "Not Found Error", "detail": "Could not find that post.", "resource_type": "tweet"}]}
        )
    return as_json({"data": post_json(post, state.settings, request.query_params.get("tweet.fields", ""))})


async def show_me(request: Request) -> Response:
    """Show whose keys these are; the way to try credentials without posting."""
    return as_json({"data": user_json(state_of(request).settings)})


async def show_posts(request: Request) -> Response:
    """List own posts, newest first."""
    state = state_of(request)
    if request.path_params["user"] != state.settings.user_id:
        return as_json({"errors": [{"title": "Not Found Error", "detail": "Could not find that user.", "resource_type": "user"}]})
    posts = [post for post in state.timeline.posts.values() if is_visible(state, post, exchange_of(request).received_at)]
    try:
        return as_json(read_timeline(posts, state.settings, request.query_params))
    except ValueError as error:
        return bad_parameter(str(error))


def is_visible(state: SandboxState, post: Post, now_us: int) -> bool:
    """Say whether the reading endpoints show the post yet."""
    return post.created_at + state.settings.read_delay_s * 1e6 <= now_us


def _take(state: SandboxState, name: str, now_s: float) -> tuple[dict[str, str], bool]:
    limit = state.settings.posts_per_window if name == "create" else _NO_LIMIT
    left, ends_at, is_allowed = state.quotas.take(name, limit=limit, seconds=WINDOW_S, now_s=now_s)
    headers = {"x-rate-limit-limit": str(limit), "x-rate-limit-remaining": str(left), "x-rate-limit-reset": str(ends_at)}
    if name == "create":
        day = state.settings.posts_per_day
        left, ends_at, is_day_allowed = state.quotas.take("create/day", limit=day, seconds=DAY_S, now_s=now_s)
        headers["x-app-limit-24hour-limit"] = str(day)
        headers["x-app-limit-24hour-remaining"] = str(left)
        headers["x-app-limit-24hour-reset"] = str(ends_at)
        is_allowed = is_allowed and is_day_allowed
    return headers, is_allowed


def _parse(body: bytes, request: Request) -> object:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise PostRefused(400, "Content-Type must be application/json.")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise PostRefused(400, "The request body is not JSON.") from error


def _check_against(state: SandboxState, checked: CheckedPost, *, now_us: int) -> None:
    timeline = state.timeline
    if any(media not in timeline.media for media in checked.media_ids):
        raise PostRefused(400, "Your media IDs are invalid.")
    if checked.reply_to and state.settings.are_replies_restricted:
        raise PostRefused(403, REPLIES_RESTRICTED)
    parent = timeline.posts.get(checked.reply_to)
    if checked.reply_to and (parent is None or not is_visible(state, parent, now_us)):
        raise PostRefused(403, PARENT_GONE, code=PARENT_GONE_CODE)
    if checked.text and timeline.has_text(checked.text):
        raise PostRefused(403, DUPLICATE)
    if not checked.text and not checked.media_ids:
        raise PostRefused(403, NOT_PERMITTED)


def _new_post(state: SandboxState, checked: CheckedPost, *, at: int) -> Post:
    new_id = state.timeline.next_id(at=at)
    parent = state.timeline.posts.get(checked.reply_to)
    shown, urls = wrap_links(checked.text)
    return Post(
        id=new_id,
        text=checked.text,
        shown_text=shown,
        urls=urls,
        created_at=at,
        reply_to=checked.reply_to,
        conversation_id=parent.conversation_id if parent else new_id,
        media_ids=checked.media_ids,
    )


def _refusal(refused: PostRefused) -> Response:
    if refused.code is not None:
        return as_json({"errors": [{"code": refused.code, "message": refused.detail}]}, refused.status)
    if refused.status == 400:  # noqa: PLR2004 - the one status with its own title and type
        detail = "One or more parameters to your request was invalid."
        errors: list[dict[str, object]] = [{"parameters": {}, "message": refused.detail}]
        return x_problem(400, detail, title="Invalid Request", kind=_INVALID, errors=errors)
    return x_problem(refused.status, refused.detail)


ROUTES = [
    Route("/2/tweets", in_user_context("create", create_post), methods=["POST"]),
    Route("/2/tweets/{post}", in_user_context("delete", delete_post), methods=["DELETE"]),
    Route("/2/tweets/{post}", in_user_context("show", show_post), methods=["GET"]),
    Route("/2/users/me", in_user_context("me", show_me), methods=["GET"]),
    Route("/2/users/{user}/tweets", in_user_context("timeline", show_posts), methods=["GET"]),
]
