"""The sandbox's own endpoints: faults, counts, the log, and starting over. No provider has these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from distributor.core.errors import BadInput
from distributor.sandbox.faults import read_rules
from distributor.sandbox.gateway import state_of
from distributor.sandbox.state import SandboxState
from distributor.sandbox.timeline import Post

Json = dict[str, object]


def summary_of(state: SandboxState) -> Json:
    """Return the totals. Instants are µs since the epoch by the sandbox's clock, null when there was none."""
    mailbox, posts = state.mailbox, list(state.timeline.posts.values())
    return {
        "messages": mailbox.message_count,
        "recipients": mailbox.recipient_count,
        "duplicates": mailbox.duplicates,
        "repeated_deliveries": mailbox.repeated,
        "messages_with_several_recipients": mailbox.shared,
        "accepted_requests": len(mailbox.sends),
        "requests": len(state.journal.exchanges),
        "first_begun_at": min((exchange.begun_at for exchange in state.journal.exchanges), default=None),
        "first_at": mailbox.sends[0].accepted_at if mailbox.sends else None,
        "last_at": mailbox.sends[-1].accepted_at if mailbox.sends else None,
        "posts": len(posts),
        "threads": len(state.timeline.threads()),
        "first_post_at": posts[0].created_at if posts else None,
        "last_post_at": posts[-1].created_at if posts else None,
        "events": {"delivered": state.events.delivered, "failed": state.events.failed, "waiting": state.events.waiting},
    }


async def show_summary(request: Request) -> Response:
    """Return the totals."""
    return _as_json(summary_of(state_of(request)))


async def show_log(request: Request) -> Response:
    """Return everything that was received, streamed."""
    return StreamingResponse(_log(state_of(request)), media_type="application/json")


async def handle_faults(request: Request) -> Response:
    """Show, set or clear the rules. Setting replaces all rules in force."""
    faults = state_of(request).faults
    if request.method == "POST":
        try:
            faults.rules = read_rules(orjson.loads(await request.body()))
        except orjson.JSONDecodeError:
            return _as_json({"error": "The body is not JSON."}, 400)
        except BadInput as error:
            return _as_json({"error": str(error)}, 400)
    elif request.method == "DELETE":
        faults.rules = []
    return _as_json([rule.as_json() for rule in faults.rules])


async def reset(request: Request) -> Response:
    """Forget everything but the keys."""
    state_of(request).reset()
    return Response(status_code=204)


async def show_public_key(request: Request) -> Response:
    """Return the webhook's public key as SendGrid's settings page shows it."""
    return PlainTextResponse(state_of(request).events.public_key)


async def show_health(request: Request) -> Response:
    """Say that the sandbox is there."""
    return _as_json({"sandbox": True, "webhook": bool(state_of(request).settings.webhook_url)})


ROUTES = [
    Route("/sandbox/faults", handle_faults, methods=["GET", "POST", "DELETE"]),
    Route("/sandbox/log.json", show_log, methods=["GET"]),
    Route("/sandbox/summary.json", show_summary, methods=["GET"]),
    Route("/sandbox/reset", reset, methods=["POST"]),
    Route("/sandbox/webhook-public-key", show_public_key, methods=["GET"]),
    Route("/healthz", show_health, methods=["GET"]),
]


def _as_json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def _log(state: SandboxState) -> Iterator[bytes]:
    yield b'{"summary":' + orjson.dumps(summary_of(state))
    yield b',"requests":' + orjson.dumps([exchange.as_json() for exchange in state.journal.exchanges])
    yield b',"posts":' + orjson.dumps([_post(post) for post in state.timeline.posts.values()])
    yield b',"messages":['
    for number, send in enumerate(list(state.mailbox.sends)):
        people = Counter(send.envelopes)
        entries = [
            {
                "to": address,
                "custom_args": orjson.Fragment(args),
                "accepted_at": send.accepted_at,
                "batch": send.number,
                "message_id": send.message_id,
                "recipients_in_message": people[send.envelopes[position]],
            }
            for position, (address, args) in enumerate(zip(send.addresses, send.args, strict=True))
        ]
        yield (b"," if number else b"") + orjson.dumps(entries)[1:-1]
    yield b"]}"


def _post(post: Post) -> Json:
    return {
        "id": post.id,
        "text": post.text,
        "reply_to": post.reply_to or None,
        "conversation_id": post.conversation_id,
        "created_at": post.created_at,
        "media_ids": post.media_ids,
    }
