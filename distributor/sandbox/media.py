"""X's endpoints for images: one upload in one request, and alternative texts.

The chunked way (initialize, append, finalize) is left out: release images are far below its threshold.
Source: docs.x.com `POST /2/media/upload` and `/2/media/metadata`, read 2026-11-23.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

import orjson
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from distributor.sandbox.gateway import exchange_of, state_of
from distributor.sandbox.post_rules import PostRefused
from distributor.sandbox.timeline import Media
from distributor.sandbox.x import as_json, in_user_context

MAX_IMAGE_BYTES: Final = 5 * 1024 * 1024
MAX_ALT_CHARS: Final = 1_000
_EXPIRES_S: Final = 86_400
_MAGIC: Final[dict[bytes, str]] = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}


async def upload(request: Request) -> Response:
    """Keep an image, given as multipart form or as base64 in JSON."""
    state = state_of(request)
    data = await _image_of(request)
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
    if kind is None or len(data) > MAX_IMAGE_BYTES:
        raise PostRefused(400, "The media is no image of a known type of at most 5 MB.")
    media = Media(id=state.timeline.next_id(at=exchange_of(request).received_at), data=data, media_type=kind)
    state.timeline.media[media.id] = media
    return as_json({"data": {"id": media.id, "media_key": f"3_{media.id}", "size": len(data), "expires_after_secs": _EXPIRES_S}})


async def describe(request: Request) -> Response:
    """Give an image its alternative text."""
    body = _json_of(await request.body())
    media = state_of(request).timeline.media.get(str(body.get("id", "")))
    text = _alt_text(body)
    if media is None or text is None or len(text) > MAX_ALT_CHARS:
        raise PostRefused(400, "The metadata needs a known id and an alt_text.text of at most 1000 characters.")
    media.alt_text = text
    return as_json({"data": {"id": media.id, "associated_metadata": {"alt_text": {"text": text}}}})


ROUTES = [
    Route("/2/media/upload", in_user_context("media", upload), methods=["POST"]),
    Route("/2/media/metadata", in_user_context("metadata", describe), methods=["POST"]),
]


async def _image_of(request: Request) -> bytes:
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            return base64.b64decode(str(_json_of(await request.body()).get("media", "")), validate=True)
        except (binascii.Error, ValueError) as error:
            raise PostRefused(400, "$.media: base64 expected") from error
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            image = form.get("media")
            return await image.read() if isinstance(image, UploadFile) else b""
    except (HTTPException, ValueError, KeyError, AssertionError) as error:
        raise PostRefused(400, "The form cannot be read.") from error


def _json_of(body: bytes) -> dict[str, object]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise PostRefused(400, "The request body is not JSON.") from error
    if not isinstance(value, dict):
        raise PostRefused(400, "The request body must be a JSON object.")
    return value


def _alt_text(body: dict[str, object]) -> str | None:
    metadata = body.get("metadata")
    alt = metadata.get("alt_text") if isinstance(metadata, dict) else None
    text = alt.get("text") if isinstance(alt, dict) else None
    return text if isinstance(text, str) else None
