"""The words of a release as a template can write them: cleaned, with the links that lead somewhere and none of the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote, urlsplit

import regex

from distributor.core.release import Span, Text

#: What no part of an e-mail may hold: controls but for tab and line ends, halves of surrogate pairs, and what Unicode
#: sets aside for programs. HTML has no way to write most of these, and terminals obey some.
_FORBIDDEN = regex.compile(r"[\p{Cs}\p{Noncharacter_Code_Point}\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: What parts words and lines and says no more. Spaces with a meaning (before a French "!", between a number and its unit,
#: the wide one of Japanese) stay, as they do in a browser.
_LAYOUT_SPACE = regex.compile("[ \t\n\u2028\u2029]+")
_OTHER_SPACE = regex.compile(r"[^\S ]")
_PHONE = regex.compile(r"\+?\d[\d\s().\-/]*")
_MAILBOX = regex.compile(r"[^@\s?&]+@[^@\s?&]+\.[^@\s?&]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Words with one link target, or none."""

    #: In reading order, at least one.
    spans: tuple[Span, ...]
    #: None when the words lead nowhere.
    href: str | None

    @property
    def words(self) -> str:
        """Return the words without their looks."""
        return "".join(span.text for span in self.spans)


def runs_of(text: Text) -> tuple[Run, ...]:
    """Return the text as runs; neighbours with the same target are one link, so that a bold word does not cut a link in two."""
    cleaned = [
        (link_target(span.href), Span(text=clean(span.text), is_strong=span.is_strong, is_emphasis=span.is_emphasis))
        for span in text
    ]
    filled = [pair for pair in cleaned if pair[1].text]
    return tuple(
        Run(spans=tuple(span for _, span in group), href=href) for href, group in groupby(filled, key=lambda pair: pair[0])
    )


def clean(text: str) -> str:
    """Return the text without characters that no e-mail may hold; line ends stay.

    >>> clean("a\\x1b[31mb\\x00")
    'a[31mb'
    """
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Return the text on one line: cleaned, every run of spaces, tabs and line ends as one space.

    >>> one_line("Subject\\r\\nBcc: all")
    'Subject Bcc: all'
    """
    return _LAYOUT_SPACE.sub(" ", clean(text)).strip(" ")


def link_target(href: str | None) -> str | None:
    """Return the target if it opens a web page or a letter, None if it leads nowhere or does something else.

    >>> link_target("https://example.org/a b"), link_target("#"), link_target("javascript:alert(1)")
    ('https://example.org/a%20b', None, None)
    """
    target = (href or "").strip()
    if not target or target != clean(target) or _OTHER_SPACE.search(target):
        return None
    try:
        parts = urlsplit(target)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    is_mail = parts.scheme == "mailto" and _MAILBOX.match(parts.path) is not None
    return target.replace(" ", "%20") if is_web or is_mail else None


def mail_target(address: str) -> str | None:
    """Return the mailto: target of one address, None if it is not one."""
    return f"mailto:{quote(address, safe='@')}" if _MAILBOX.fullmatch(address) else None


def phone_target(number: str) -> str | None:
    """Return the tel: target of a phone number; None when it is more than a number ("ext. 4"), for that would be dialled wrong.

    >>> phone_target("+41 (0)22 555 01 40"), phone_target("022 555, ext. 4")
    ('tel:+41225550140', None)
    """
    if not _PHONE.fullmatch(number):
        return None
    # "(0)" is for those who call from inside the country; with the country's code it must not be dialled.
    dialled = number.replace("(0)", "") if number.startswith("+") else number
    return f"tel:{'+' if number.startswith('+') else ''}{regex.sub(r'[^0-9]', '', dialled)}"


def shortened(text: str, most: int) -> str:
    """Return the text, or its beginning up to the end of a word and an ellipsis; at most `most` characters."""
    if len(text) <= most:
        return text
    # A space right behind the most that fits ends a whole word.
    return f"{text[:most].rpartition(' ')[0] or text[: most - 1]}…"


def joined_lines(texts: Sequence[str]) -> Iterator[str]:
    """Yield every line of the texts that holds something."""
    return (line.strip() for text in texts for line in clean(text).splitlines() if line.strip())
