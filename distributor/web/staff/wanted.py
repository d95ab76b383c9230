"""Where somebody is led after signing in: to where they wanted to go, and never out of the application."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request


def wanted(request: Request) -> str:
    """Return where somebody wanted to go, with what was asked there, as a value of a query."""
    asked = request.url.query
    return quote(f"{request.url.path}?{asked}" if asked else request.url.path, safe="/")


def inner(path: str) -> str:
    """Return the path if it leads into this application, "/" otherwise: nobody is sent elsewhere after signing in."""
    is_inner = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and path.isascii()
    return path if is_inner and not path.startswith(("/login", "/logout")) else "/"
