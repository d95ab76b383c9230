"""Link targets: which are taken over as written, and the bare addresses in running text that become links."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import regex

from distributor.core.release import Span, Text

#: Others (javascript, data, file …) do something else than open a page, or only on the writer's own machine.
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_BARE = regex.compile(r"https?://[^\s<>\"“”«»„]+")
_CLOSERS = ".,;:!?)]}'’*_"


def is_allowed(target: str) -> bool:
    """Say whether the target may be a link's; one without a scheme may ("#", "/report"): a check speaks about it later.

    >>> is_allowed("https://example.org"), is_allowed("#"), is_allowed("java\\tscript:alert(1)")
    (True, True, False)
    """
    # Browsers skip white space and control characters in a scheme, so it must not hide one.
    packed = regex.sub(r"[\s\p{C}]", "", target)
    scheme = regex.match(r"([^/?#:]*):", packed)
    return scheme is None or scheme[1].casefold() in SCHEMES


def with_bare_links(text: Text) -> Text:
    """Return the text with every bare web address as a link to itself."""
    return tuple(piece for span in text for piece in (_linked(span) if span.href is None else (span,)))


def _linked(span: Span) -> Text:
    pieces: list[Span] = []
    at = 0
    for match in _BARE.finditer(span.text):
        address = _without_closers(match[0])
        if not _has_host(address):
            continue
        pieces += [replace(span, text=span.text[at : match.start()]), replace(span, text=address, href=address)]
        at = match.start() + len(address)
    return tuple(piece for piece in (*pieces, replace(span, text=span.text[at:])) if piece.text)


def _without_closers(address: str) -> str:
    """Return the address without the marks that belong to the sentence; a bracket that was opened in it stays."""
    while address[-1] in _CLOSERS and not (address[-1] == ")" and address.count("(") >= address.count(")")):
        address = address[:-1]
    return address


def _has_host(address: str) -> bool:
    try:
        return bool(urlsplit(address).hostname)
    except ValueError:
        return False
