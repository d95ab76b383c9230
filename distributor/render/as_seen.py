"""An e-mail for looking at: in one of the two colour schemes, with links that lead nowhere.

Only what the template itself wrote is touched: "<" and quotation marks of a release's text are always escaped in it.
"""

from __future__ import annotations

from typing import Final, Literal

import regex

Scheme = Literal["light", "dark"]

_STYLE: Final = regex.compile(r"(<style>)(.*?)(</style>)", regex.DOTALL)
_ASKS_FOR_DARK: Final = "(prefers-color-scheme: dark)"
_SCHEMES: Final = "color-scheme: light dark"
_LINK: Final = regex.compile(r'(<a\b[^>]*?)\shref="[^"]*"')


def in_scheme(html: str, scheme: Scheme) -> str:
    """Return the e-mail as a reader with this colour scheme sees it, whatever the browser that shows it prefers."""

    def decided(style: regex.Match[str]) -> str:
        rules = style[2].replace(_ASKS_FOR_DARK, "all" if scheme == "dark" else "not all")
        return f"{style[1]}{rules.replace(_SCHEMES, f'color-scheme: {scheme}')}{style[3]}"

    return _STYLE.sub(decided, html).replace('content="light dark"', f'content="{scheme}"')


def inert(html: str) -> str:
    """Return the e-mail with links that look like links and lead nowhere, so that nobody leaves a list by looking.

    >>> inert('<a class="link" href="https://example.org/leave">Leave</a>')
    '<a class="link">Leave</a>'
    """
    return _LINK.sub(r"\1", html)
