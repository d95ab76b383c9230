"""What the e-mail asks of mail programs, against what caniemail.com has measured of those that most reporters use.

`caniemail.json` beside this file says where it comes from. A feature that one of them lacks is either not used, or stands in
`HARMLESS` with what a reader then sees.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from distributor.render.email import EmailRenderer
from distributor.resources import resource
from tests.render.mails import LANGUAGES, SENDER, html_of
from tests.render.releases import ARABIC, FULL

TABLE = json.loads((Path(__file__).parent / "caniemail.json").read_text("utf-8"))["features"]
DECLARATION = re.compile(r"(?:^|[;{])\s*([a-z-]+)\s*:\s*([^;{}]*)")
#: Families that caniemail measures as one.
FAMILIES = ("css-margin", "css-padding", "css-border", "css-background", "css-font", "css-list-style", "css-text-decoration")
ELEMENTS = {
    **dict.fromkeys(("h1", "h2", "h3"), "html-h1-h6"),
    **dict.fromkeys(("ul", "ol", "li"), "html-lists"),
    **dict.fromkeys(("table", "tr", "td"), "html-table"),
}
#: Feature to what a reader of a program without it sees.
HARMLESS = {
    # Only for what is nicer where it works.
    "css-at-media-prefers-color-scheme": "the light colours; Gmail and Outlook darken them in their own way",
    "css-color-scheme": "the light colours",
    "css-at-media": "the sizes of the desk on a phone too; text is 16 px and more, and nothing has a fixed width",
    "html-style": "what only media queries need; all other looks stand in the elements",
    "css-important": "nothing: it stands in media queries only",
    "css-letter-spacing": "headlines a little wider",
    "css-text-underline-offset": "underlines a little nearer to the words",
    "css-text-wrap": "headlines that break where the line is full",
    "css-overflow-wrap": "nothing: word-wrap says the same to the others",
    "css-word-wrap": "a link longer than the line widens the sheet in Outlook for Windows",
    # Outlook for Windows is given tables of fixed width by conditional comments.
    "css-max-width": "nothing: conditional comments give the sheet its width",
    "css-table-layout": "nothing: its columns have no other width to take",
    "css-border-spacing": "nothing: the tables say cellspacing=0 too",
    "css-width": "nothing: only per cent and pixels of tables are used",
    "html-width": "nothing: the same",
    "css-height": "nothing: `auto` is what it would do anyway",
    "html-align": "nothing: the direction sets the side as well",
    # The words before the message, for the list of an inbox.
    "css-display": "nothing: `mso-hide` hides them from Outlook, where `none` is not enough",
    "css-max-height": "nothing: the same",
    "css-opacity": "nothing: the same",
    "css-overflow": "nothing: the same",
    # Known by half, and the half that is used is the one that is known.
    "css-border": "nothing: no border of an inline element is used",
    "css-font-size": "nothing: pixels only",
    "css-font-weight": "nothing: 700 only, which every program draws bold",
    "css-line-height": "nothing: pixels only",
    "css-margin": "nothing: no auto and no negative ones",
    "css-padding": "less space in boxes in Outlook for Windows, where only cells have all of it",
    "css-text-align": "nothing: left, right and center only",
    "css-text-decoration": "nothing: underline only",
    "html-body": "nothing: the direction and the colours stand on the first element within it too",
    "html-dir": "nothing: the sides are spelt out for Outlook (email.css)",
    "html-lists": "lists with the program's own marks",
}


def declared(css: str) -> Iterator[str]:
    """Yield the features that declarations use."""
    for name, value in DECLARATION.findall(css):
        exact = f"css-{name}"
        yield exact if exact in TABLE else next((family for family in FAMILIES if exact.startswith(f"{family}-")), exact)
        yield from (f"css-unit-{unit}" for unit in re.findall(r"\d(px|em|rem|ch|vh|vw|pt)\b", value))
        if "!important" in value:
            yield "css-important"


def used(html: str) -> set[str]:
    """Return every feature that an e-mail uses and caniemail knows."""
    soup = BeautifulSoup(html, "lxml")
    found = {ELEMENTS.get(tag.name, f"html-{tag.name}") for tag in soup.find_all(True)}
    found |= {f"html-{name}" for tag in soup.find_all(True) for name in tag.attrs}
    for tag in soup.find_all(style=True):
        found.update(declared(str(tag["style"])))
    for sheet in soup.find_all("style"):
        text = sheet.get_text()
        found.update(declared(text))
        found.update(f"css-at-{rule}" for rule in re.findall(r"@([a-z-]+)", text))
        found.update(f"css-at-media-{name}" for name in re.findall(r"\((prefers-[a-z-]+|hover|orientation)", text))
        found.update(f"css-pseudo-class-{name}" for name in re.findall(r"[a-z\]]:([a-z-]+)(?=[\s,{])", text))
        if re.search(r"\[[a-z-]+[\]=~^]", text):
            found.add("css-selector-attribute")
    return found & set(TABLE)


@pytest.fixture(scope="module")
def features() -> set[str]:
    """Return what the e-mails of all languages use together."""
    render = EmailRenderer(resource("templates")).render
    pages = [render(release, sender=SENDER, lift_at=None).html for release in (FULL, ARABIC)]
    return set().union(*(used(html) for html in [*pages, *map(html_of, LANGUAGES)]))


def test_the_list_sees_what_is_there(features: set[str]) -> None:
    assert {"html-table", "css-at-media-prefers-color-scheme", "css-line-height", "css-margin", "html-lang"} <= features
    assert {"css-display", "css-position", "html-div"} <= used("<div style='display:grid; position: sticky'>")


def test_what_a_mail_program_lacks_is_not_used_or_does_no_harm(features: set[str]) -> None:
    lacking = {feature: TABLE[feature] for feature in features if TABLE[feature] and feature not in HARMLESS}

    assert lacking == {}


def test_no_excuse_is_left_over(features: set[str]) -> None:
    assert {feature for feature in HARMLESS if feature not in features or not TABLE[feature]} == set()
