"""What the e-mail holds, and that it holds it in the right elements."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jinja2
import pytest

from distributor.core.embargo import Embargo, LocalTime
from distributor.core.errors import BadInput
from distributor.core.ids import Language
from distributor.core.message import EmailMaster, Slot, html_token, text_token
from distributor.core.release import BulletList, Dateline, Paragraph, PressContact, Quotation, Release, Span, Subheading
from distributor.render.email import EmailRenderer
from distributor.resources import resource
from tests.render.pages import skeleton, soup_of, the, visible, words_of
from tests.render.releases import ARABIC, FULL, IMMEDIATE, QUOTED, SENDER

LIFT_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LARGEST_BYTES = 100_000
LARGEST_STYLE_BYTES = 8_192


def made(renderer: EmailRenderer, release: Release, lift_at: datetime | None = LIFT_AT) -> EmailMaster:
    return renderer.render(release, sender=SENDER, lift_at=lift_at)


def test_the_same_release_gives_the_same_bytes_from_any_renderer(renderer: EmailRenderer) -> None:
    """The seal covers the bytes: a second rendering that differs would void an approval that nobody touched."""
    again = EmailRenderer(resource("templates"))

    assert made(renderer, FULL) == made(again, FULL)


def test_headings_quotations_and_lists_are_what_they_are(renderer: EmailRenderer) -> None:
    soup = soup_of(made(renderer, FULL).html)

    assert words_of(the(soup, "h1")) == FULL.headline
    assert [words_of(h2) for h2 in soup.select("h2")] == [
        "What was found",
        "Notes to editors",
        "About the campaign",
        "Press contacts",
    ]
    assert words_of(the(soup, "blockquote")) == f"“{QUOTED}” said Mirela Osmani, head teacher."
    assert [words_of(item) for item in soup.select("ul > li")] == ["1,146 mines", "83 other items"]
    assert [words_of(item) for item in soup.select("ol > li")] == ["Search", "Clear"]
    assert words_of(the(soup, "em")) == "Photographs are free to use with credit."


def test_the_parts_stand_in_the_order_of_a_press_release(renderer: EmailRenderer) -> None:
    words = visible(made(renderer, FULL).html)
    parts = (
        "Clear Ground Campaign", "Press release", "Embargoed until", FULL.headline, FULL.subhead, "Geneva, 23 November 2026 –",
        QUOTED, "Ends", "Read the story", "Notes to editors", "About the campaign", "Press contacts", "This message was sent to",
        "Unsubscribe", "9 Rue de la Paix",
    )  # fmt: skip

    places = [words.index(part) for part in parts]

    assert places == sorted(places)


def test_layout_tables_are_hidden_from_screen_readers_and_everything_is_in_an_article(renderer: EmailRenderer) -> None:
    soup = soup_of(made(renderer, FULL).html)

    assert {table.get("role") for table in soup.select("table")} == {"presentation"}
    assert the(soup, "body > .preheader").get("aria-hidden") == "true"
    assert [child.name for child in the(soup, "body").find_all(recursive=False)] == ["div", "div"]


@pytest.mark.parametrize(("release", "language", "direction"), [(FULL, "en", "ltr"), (ARABIC, "ar", "rtl")])
def test_language_and_direction_stand_on_the_page_and_on_the_message(
    renderer: EmailRenderer, release: Release, language: str, direction: str
) -> None:
    """Many mailboxes throw the html element away, so that the wrapper says it again."""
    soup = soup_of(made(renderer, release).html)

    for selector in ("html", "[role=article]"):
        assert (the(soup, selector)["lang"], the(soup, selector)["dir"]) == (language, direction)


@pytest.mark.parametrize("language", ["he", "fa", "ur", "ar-EG"])
def test_every_language_that_runs_from_right_to_left_does(renderer: EmailRenderer, language: str) -> None:
    soup = soup_of(made(renderer, replace(ARABIC, language=Language(language))).html)

    assert the(soup, "html")["dir"] == "rtl"
    assert "border-right" in str(the(soup, "blockquote")["style"])


def test_phrases_in_another_language_than_the_release_are_marked_as_such(renderer: EmailRenderer) -> None:
    soup = soup_of(made(renderer, replace(FULL, language=Language("it"))).html)

    assert words_of(the(soup, ".masthead-kind > span")) == "Press release"
    assert the(soup, ".masthead-kind > span")["lang"] == "en"
    assert the(soup, ".band")["lang"] == "en"
    assert words_of(the(soup, ".dateline")) == "Geneva, 23 novembre 2026 –"


def test_an_embargo_is_told_in_its_own_zone_and_in_utc(renderer: EmailRenderer) -> None:
    master = made(renderer, FULL)

    assert words_of(the(soup_of(master.html), ".band")) == (
        "Embargoed until Monday, 23 November 2026, 10:00 Central European Standard Time (09:00\u00a0UTC)"
    )
    assert master.text.startswith("Embargoed until Monday, 23 November 2026, 10:00 Central European Standard Time (09:00 UTC)\n")


def test_a_lift_that_was_put_off_is_what_the_band_tells(renderer: EmailRenderer) -> None:
    words = words_of(the(soup_of(made(renderer, FULL, LIFT_AT + timedelta(hours=30)).html), ".band"))

    assert words.startswith("Embargoed until Tuesday, 24 November 2026, 16:00")


def test_the_band_tells_the_embargo_where_no_lift_is_decided(renderer: EmailRenderer) -> None:
    assert made(renderer, FULL, None) == made(renderer, FULL, LIFT_AT)


def test_an_embargo_in_utc_names_utc_once(renderer: EmailRenderer) -> None:
    local = LocalTime(wall=datetime(2026, 11, 23, 9, 0), zone="UTC")  # noqa: DTZ001 - a wall time

    master = made(renderer, replace(FULL, embargo=Embargo(local=local)))

    assert words_of(the(soup_of(master.html), ".band")) == "Embargoed until Monday, 23 November 2026, 09:00 UTC"
    assert master.text.splitlines()[0] == "Embargoed until Monday, 23 November 2026, 09:00 UTC"


def test_immediate_release_is_told(renderer: EmailRenderer) -> None:
    master = made(renderer, replace(FULL, embargo=IMMEDIATE), None)

    assert words_of(the(soup_of(master.html), ".band")) == "For immediate release"
    assert master.text.startswith("For immediate release\n")


def test_a_release_that_names_no_embargo_claims_nothing(renderer: EmailRenderer) -> None:
    """Whether it may be published at once is the officer's to say; a band that guesses could be wrong in print."""
    master = made(renderer, replace(FULL, embargo=None))

    assert not soup_of(master.html).select(".band")
    assert master.text.startswith(FULL.headline)


def test_a_wall_time_that_does_not_exist_is_asked_about(renderer: EmailRenderer) -> None:
    local = LocalTime(wall=datetime(2027, 3, 28, 2, 30), zone="Europe/Zurich")  # noqa: DTZ001 - a wall time

    with pytest.raises(BadInput, match="does not exist"):
        made(renderer, replace(FULL, embargo=Embargo(local=local)), None)


def test_a_lift_without_a_zone_is_refused(renderer: EmailRenderer) -> None:
    with pytest.raises(ValueError, match="zone"):
        made(renderer, FULL, LIFT_AT.replace(tzinfo=None))


def test_a_short_quotation_does_not_make_its_paragraph_a_quotation(renderer: EmailRenderer) -> None:
    text = "A long paragraph about the field that the village calls “the wrong side” since the war, and about its neighbours."
    paragraph = Paragraph(text=(Span(text=text),), quotations=(Quotation(words="the wrong side", speaker=None),))

    soup = soup_of(made(renderer, replace(FULL, body=(FULL.body[0], paragraph))).html)

    assert not soup.select("blockquote")
    assert text in words_of(soup)


@pytest.mark.parametrize("first", [Subheading(text=(Span(text="Why now"),)), BulletList(items=((Span(text="One"),),))])
def test_a_dateline_stands_alone_above_what_is_no_paragraph(renderer: EmailRenderer, first: Subheading | BulletList) -> None:
    master = made(renderer, replace(FULL, body=(first,)))

    assert words_of(the(soup_of(master.html), ".dateline")) == "Geneva, 23 November 2026"
    assert "\nGeneva, 23 November 2026\n\n" in master.text


def test_a_release_that_opens_with_a_quotation_keeps_dateline_and_quotation_together(renderer: EmailRenderer) -> None:
    master = made(renderer, replace(FULL, body=(FULL.body[1],)))

    assert f"Geneva, 23 November 2026 – “{QUOTED}”" in visible(master.html)
    assert f"Geneva, 23 November 2026 – “{QUOTED}”" in master.text


def test_a_dateline_may_lack_its_date_or_its_town(renderer: EmailRenderer) -> None:
    town = visible(made(renderer, replace(FULL, dateline=Dateline(city="Geneva", date=None))).html)
    day = visible(made(renderer, replace(FULL, dateline=replace(FULL.dateline, city="") if FULL.dateline else None)).html)
    neither = visible(made(renderer, replace(FULL, dateline=None)).html)

    assert "Geneva – The field" in town
    assert "23 November 2026 – The field" in day
    assert "– The field" not in neither


def test_contacts_open_with_a_tap_and_a_number_with_words_does_not(renderer: EmailRenderer) -> None:
    contacts = (*FULL.contacts, PressContact(name="Amadou Diallo", phone="022 555 01 41, ext. 4"))

    soup = soup_of(made(renderer, replace(FULL, contacts=contacts)).html)

    assert the(soup, '.contact a[href="mailto:press@campaign.example"]').get_text() == "press@campaign.example"
    assert the(soup, '.contact a[href="tel:+41225550140"]').get_text() == "+41 (0)22 555 01 40"
    assert "022 555 01 41, ext. 4" in words_of(soup)
    assert len(soup.select(".contact a")) == 2


def test_a_link_keeps_its_bold_word_and_one_that_leads_nowhere_is_text(renderer: EmailRenderer) -> None:
    soup = soup_of(made(renderer, FULL).html)

    assert words_of(the(soup, 'a[href="https://example.org/district"]')) == "district office"
    assert words_of(the(soup, 'a[href="https://example.org/district"] strong')) == "office"
    assert "village council" in words_of(soup)
    assert not soup.select('a[href="#"], a[href=""], a:not([href])')


def test_images_can_be_missing_without_loss(renderer: EmailRenderer) -> None:
    soup = soup_of(made(renderer, FULL).html)

    assert the(soup, "img")["alt"] == "A lane between red posts"
    assert "The lane, on Monday" in words_of(soup)
    assert not soup.select("[background], link")


def test_every_slot_survives_in_its_own_form(renderer: EmailRenderer) -> None:
    master = made(renderer, FULL)
    soup = soup_of(master.html)

    assert the(soup, f'a[href="{html_token(Slot.UNSUBSCRIBE_URL)}"]').get_text() == "Unsubscribe"
    assert len(soup.select(f'a[href="{html_token(Slot.VIEW_URL)}"]')) == 2
    assert f"This message was sent to {html_token(Slot.ADDRESS)}." in words_of(soup)
    assert [master.text.count(text_token(slot)) for slot in Slot] == [1, 1, 1]
    assert not [slot for slot in Slot if text_token(slot) in master.html or html_token(slot) in master.text]


def test_the_letter_is_small_and_its_style_within_what_mailboxes_keep(renderer: EmailRenderer) -> None:
    """Gmail cuts a message at about 102 kB and drops a style element of more than 8 kB."""
    body = tuple(Paragraph(text=(Span(text="Nobody cuts this sentence. " * 40),)) for _ in range(40))

    master = made(renderer, replace(FULL, body=body))
    style = the(soup_of(master.html), "style").get_text()

    assert master.size_bytes < LARGEST_BYTES
    assert len(style.encode()) < LARGEST_STYLE_BYTES
    assert "prefers-color-scheme: dark" in style
    assert master.html.index("charset") < master.html.index("<style") < 1024


def test_looks_stand_in_attributes_and_nothing_is_fetched_but_images(renderer: EmailRenderer) -> None:
    soup = soup_of(made(renderer, FULL).html)

    assert "font-size: 34px" in str(the(soup, "h1")["style"])
    assert the(soup, 'meta[name="color-scheme"]')["content"] == "light dark"
    assert not soup.select("link, script, iframe, object, form")


def test_the_preheader_is_the_subhead_or_else_the_first_words_cut_at_a_word(renderer: EmailRenderer) -> None:
    long_first = Paragraph(text=(Span(text="word " * 60),))

    with_subhead = soup_of(made(renderer, FULL).html)
    without = soup_of(made(renderer, replace(FULL, subhead="", body=(long_first,))).html)

    assert the(with_subhead, ".preheader").get_text().startswith(FULL.subhead)
    assert the(without, ".preheader").get_text().startswith("word " * 27 + "word…")


def test_a_boilerplate_without_a_heading_gets_one_in_the_language_of_the_release(renderer: EmailRenderer) -> None:
    bare = replace(FULL, boilerplate=FULL.boilerplate[1:])

    master = made(renderer, bare)
    german = soup_of(made(renderer, replace(bare, language=Language("de"))).html)

    assert [words_of(h2) for h2 in soup_of(master.html).select(".aside h2")] == ["Notes to editors", "About us", "Press contacts"]
    assert "\n\nAbout us\n\nThe campaign unites 70 organisations.\n\n" in master.text
    assert "Über uns" in [words_of(h2) for h2 in german.select("h2")]


def test_a_picture_without_a_caption_has_no_empty_one(renderer: EmailRenderer) -> None:
    bare = replace(FULL.images[0], caption="")

    soup = soup_of(made(renderer, replace(FULL, images=(bare,))).html)

    assert the(soup, "img")["alt"] == "A lane between red posts"
    assert not soup.select(".caption")
    assert not [p for p in soup.select("p") if not words_of(p)]


def test_an_empty_part_leaves_no_heading_behind(renderer: EmailRenderer) -> None:
    bare = Release(headline="Only this", language=Language("en"), body=FULL.body[:1])

    master = made(renderer, bare, None)

    assert not soup_of(master.html).select("h2, blockquote, .band, .aside, .call, .end, img, .subhead, .dateline")
    assert "\n\n\n" not in master.text


def test_the_subject_is_the_headline_on_one_line(renderer: EmailRenderer) -> None:
    master = made(renderer, replace(FULL, headline="Field\r\nBcc: all@example.org\x00 is\tcleared\u2028today"))

    assert master.subject == "Field Bcc: all@example.org is cleared today"


def test_a_name_that_a_template_uses_and_nobody_gave_is_an_error(renderer: EmailRenderer) -> None:
    template = renderer._html.environment.from_string("{{ letter.no_such_thing }}")

    with pytest.raises(jinja2.UndefinedError):
        template.render(letter=FULL)


def test_no_template_lets_text_become_markup() -> None:
    templates = [*resource("templates", "email").rglob("*.html"), *resource("templates", "_base").rglob("*.html")]

    assert templates
    assert not [
        path.name for path in templates if "safe }}" in path.read_text("utf-8") or "autoescape" in path.read_text("utf-8")
    ]


def test_the_elements_do_not_depend_on_the_words(renderer: EmailRenderer) -> None:
    other = replace(FULL, headline="Another", subhead="<b>Words</b>")

    assert skeleton(made(renderer, other).html) == skeleton(made(renderer, FULL).html)
