"""The e-mail in Chromium, as a reader sees it: on a phone and a desk, by day and by night, in both directions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from distributor.core.ids import Language
from distributor.core.message import Slot, html_token
from distributor.core.release import Paragraph, Release, Span
from distributor.render.email import EmailRenderer
from tests.render.mails import LANGUAGES, html_of
from tests.render.releases import ARABIC, FULL, IMMEDIATE, SENDER

#: WCAG 2.2, 1.4.3: the least contrast of text, of large text (24 px, or 18.66 px bold).
LEAST_CONTRAST, LEAST_CONTRAST_LARGE = 4.5, 3.0
LEAST_FONT_PX = 16
#: For every text that is seen: its words, size, weight, colour, and the nearest background that is not transparent.
TEXTS = """() => {
  const texts = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
    if (!words || !element.checkVisibility()) continue;
    let behind = element;
    while (behind && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
    const look = getComputedStyle(element);
    texts.push({words, size: parseFloat(look.fontSize), weight: Number(look.fontWeight), ink: look.color,
                paper: behind ? getComputedStyle(behind).backgroundColor : "rgb(255, 255, 255)"});
  }
  return texts;
}"""
Scheme = Literal["light", "dark"]


def opened(browser: Browser, html: str, *, width: int, scheme: Scheme = "light") -> Page:
    """Return the message in a window of that width, without network."""
    page = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True).new_page()
    page.set_content(html)
    return page


def contrast(ink: str, paper: str) -> float:
    """Return the contrast ratio of two colours as WCAG 2.2 defines it."""
    dark, light = sorted((luminance(ink), luminance(paper)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    assert colour.startswith("rgb("), colour
    red, green, blue = (linear(int(part) / 255) for part in colour[4:-1].split(","))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def too_faint(texts: list[dict[str, Any]]) -> list[tuple[str, float]]:
    found = [
        (
            text["words"],
            contrast(text["ink"], text["paper"]),
            text["size"] >= 24 or (text["size"] >= 18.66 and text["weight"] >= 700),
        )
        for text in texts
    ]
    return [(words, ratio) for words, ratio, is_large in found if ratio < (LEAST_CONTRAST_LARGE if is_large else LEAST_CONTRAST)]


@pytest.mark.parametrize("release", [FULL, replace(FULL, embargo=IMMEDIATE), ARABIC], ids=["held", "immediate", "arabic"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_by_day_and_by_night(
    browser: Browser, renderer: EmailRenderer, release: Release, scheme: Scheme
) -> None:
    page = opened(browser, renderer.render(release, sender=SENDER, lift_at=None).html, width=360, scheme=scheme)

    texts = page.evaluate(TEXTS)

    assert release.headline in [text["words"] for text in texts]
    assert too_faint(texts) == []
    assert [text["words"] for text in texts if text["size"] < LEAST_FONT_PX] == []


def test_night_is_dark_and_day_is_light(browser: Browser, renderer: EmailRenderer) -> None:
    html = renderer.render(FULL, sender=SENDER, lift_at=None).html

    day, night = (opened(browser, html, width=360, scheme=scheme).evaluate(TEXTS) for scheme in ("light", "dark"))

    assert all(luminance(text["paper"]) > 0.7 for text in day)
    assert all(luminance(text["paper"]) < 0.1 for text in night)


@pytest.mark.parametrize("width", [320, 360, 1200])
@pytest.mark.parametrize("release", [FULL, ARABIC], ids=["english", "arabic"])
def test_nobody_scrolls_sideways(browser: Browser, renderer: EmailRenderer, release: Release, width: int) -> None:
    """Not even for a word that no line can hold, such as an address."""
    endless = Paragraph(text=(Span(text="x" * 300), Span(text=" "), Span(text="https://example.org/" + "y" * 300)))
    long = replace(release, headline="Z" * 120, body=(*release.body, endless))

    page = opened(browser, renderer.render(long, sender=SENDER, lift_at=None).html, width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_lines_on_a_desk_are_no_longer_than_eyes_like(browser: Browser, renderer: EmailRenderer) -> None:
    page = opened(browser, renderer.render(FULL, sender=SENDER, lift_at=None).html, width=1200)

    widths = page.eval_on_selector_all("h1, p, li, blockquote", "all => all.map(one => one.getBoundingClientRect().width)")

    assert 500 < max(widths) <= 560


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("release", [FULL, ARABIC], ids=["english", "arabic"])
def test_the_link_to_leave_is_seen_whole_and_underlined(
    browser: Browser, renderer: EmailRenderer, release: Release, width: int
) -> None:
    page = opened(browser, renderer.render(release, sender=SENDER, lift_at=None).html, width=width)
    link = page.locator(f'a[href="{html_token(Slot.UNSUBSCRIBE_URL)}"]')

    link.scroll_into_view_if_needed()
    place = link.bounding_box()

    assert link.is_visible()
    assert place is not None
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= width
    assert "underline" in link.evaluate("one => getComputedStyle(one).textDecorationLine")


@pytest.mark.parametrize("release", [FULL, replace(FULL, subhead=""), replace(FULL, subhead="", images=())])
def test_the_headline_keeps_its_distance_from_whatever_follows(
    browser: Browser, renderer: EmailRenderer, release: Release
) -> None:
    page = opened(browser, renderer.render(release, sender=SENDER, lift_at=None).html, width=1200)

    gap = page.evaluate(
        """() => {
          const bottom = one => one.getBoundingClientRect().bottom, top = one => one.getBoundingClientRect().top;
          const last = document.querySelector(".subhead") ?? document.querySelector("h1");
          return top(last.nextElementSibling) - bottom(last);
        }"""
    )

    assert gap >= 24


def test_the_preheader_is_never_seen(browser: Browser, renderer: EmailRenderer) -> None:
    page = opened(browser, renderer.render(FULL, sender=SENDER, lift_at=None).html, width=360)

    assert not page.locator(".preheader").is_visible()
    assert page.locator("text=Children take the short way home >> visible=true").count() == 1


@pytest.mark.parametrize(("release", "side"), [(FULL, "left"), (ARABIC, "right")], ids=["english", "arabic"])
def test_lines_begin_where_the_language_begins(browser: Browser, renderer: EmailRenderer, release: Release, side: str) -> None:
    page = opened(browser, renderer.render(release, sender=SENDER, lift_at=None).html, width=1200)

    bar = page.locator("blockquote").evaluate(
        "one => [getComputedStyle(one).borderLeftWidth, getComputedStyle(one).borderRightWidth]"
    )

    assert bar == (["3px", "0px"] if side == "left" else ["0px", "3px"])


@pytest.mark.parametrize(("release", "spacing"), [(FULL, "-0.3px"), (ARABIC, "normal")], ids=["english", "arabic"])
def test_joined_letters_are_not_pushed_into_each_other(
    browser: Browser, renderer: EmailRenderer, release: Release, spacing: str
) -> None:
    page = opened(browser, renderer.render(release, sender=SENDER, lift_at=None).html, width=1200)

    assert page.locator("h1").evaluate("one => getComputedStyle(one).letterSpacing") == spacing


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 360])
def test_the_hour_in_utc_stays_on_one_line(browser: Browser, language: str, width: int) -> None:
    """On a phone its line is full in most languages, and "UTC)" alone on the next says nothing."""
    page = opened(browser, html_of(language), width=width)

    lines = page.locator(".band-zone span").evaluate("one => one.getClientRects().length")

    assert lines == 1


def test_a_message_whose_style_was_thrown_away_can_still_be_read(browser: Browser, renderer: EmailRenderer) -> None:
    """Some mailboxes keep neither head nor classes; what remains is the light look at any width."""
    html = renderer.render(replace(FULL, language=Language("fr")), sender=SENDER, lift_at=None).html
    start, end = html.index("<style"), html.index("</style>")

    page = opened(browser, html[:start] + html[end:], width=360, scheme="dark")

    assert too_faint(page.evaluate(TEXTS)) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
