"""Reading a request's body without letting it fill the memory."""

from __future__ import annotations

from fastapi import Request


async def read_body(request: Request, *, most: int) -> bytes | None:
    """Return the body, None as soon as it is too long; a declared length is believed only when it is too long."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)
