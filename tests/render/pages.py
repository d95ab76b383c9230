"""What a reader sees of a page."""

from __future__ import annotations

import regex
from bs4 import BeautifulSoup, Tag

_LAYOUT_SPACE = regex.compile("[ \t\n\u2028\u2029]+")


def soup_of(html: str) -> BeautifulSoup:
    """Return the page, parsed as a browser parses it: elements that were never closed are seen, too."""
    return BeautifulSoup(html, "lxml")


def the(soup: BeautifulSoup | Tag, selector: str) -> Tag:
    """Return the one element that the selector names."""
    found = soup.select(selector)
    assert len(found) == 1, f"{len(found)} of {selector}"
    return found[0]


def words_of(element: BeautifulSoup | Tag) -> str:
    """Return the words, every run of spaces and line ends as one space; spaces that do not break lines stay, as in a browser."""
    return _LAYOUT_SPACE.sub(" ", element.get_text()).strip(" ")


def visible(html: str) -> str:
    """Return the words of the message itself, without head and preheader."""
    return words_of(the(soup_of(html), "[role=article]"))


def skeleton(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return every element with the names of its attributes, in order: what text must never change."""
    return [(tag.name, tuple(sorted(tag.attrs))) for tag in soup_of(html).find_all(True)]
