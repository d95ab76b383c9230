"""Text of a release is text: nothing in it becomes markup, a link, a slot, a header or a command."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.errors import BadInput
from distributor.core.ids import Language
from distributor.core.message import TOKEN_START, Slot, html_token, text_token
from distributor.core.release import BulletList, Dateline, Image, Paragraph, PressContact, Release, Span, Subheading
from distributor.render.email import EmailRenderer
from distributor.render.wording import link_target, one_line
from tests.render.pages import skeleton, soup_of, visible
from tests.render.releases import FULL, SENDER

HOSTILE = [
    "<script>alert(1)</script>",
    "</title></style></head><body onload=alert(1)>",
    "{{ slot.address }} {% for x in y %} {# note #}",
    "\"' onmouseover='alert(1)",
    "<!--personal--> & <!--/personal--> -->",
    "]]> <![endif]--> <![CDATA[",
    "&lt;b&gt; &amp; &#0; &nbsp",
    "%s %(x)s {0} {address}",
    "${7*7} #{7*7} <%= 7*7 %>",
]


def filled_with(words: str) -> Release:
    """Return a release with the words in every field that a reader sees."""
    text = (Span(text=words), Span(text=words, is_strong=True), Span(text=words, href="https://example.org/", is_emphasis=True))
    return Release(
        headline=words,
        subhead=words,
        language=Language("en"),
        dateline=Dateline(city=words, date=date(2026, 11, 23)),
        body=(Paragraph(text=text), Subheading(text=text), BulletList(items=(text,))),
        end_mark=words,
        call_to_action=(Paragraph(text=text),),
        notes=(Paragraph(text=text),),
        boilerplate=(Paragraph(text=text),),
        contacts=(PressContact(name=words, role=words, email="press@example.org", phone=words),),
        images=(Image(url="https://example.org/a.jpg", alt=words, caption=words),),
    )


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_shown_as_they_stand(renderer: EmailRenderer, words: str) -> None:
    master = renderer.render(filled_with(words), sender=SENDER, lift_at=None)
    plain = renderer.render(filled_with("words"), sender=SENDER, lift_at=None)

    assert skeleton(master.html) == skeleton(plain.html)
    assert visible(master.html).count(words) == visible(plain.html).count("words")
    assert master.text.count(words) == plain.text.count("words")
    assert master.subject == words


@given(words=st.text(min_size=1, max_size=60))
def test_any_words_at_all_are_shown_and_change_no_element(renderer: EmailRenderer, words: str) -> None:
    seen = one_line(f"a{words}z")

    master = renderer.render(filled_with(f"a{words}z"), sender=SENDER, lift_at=None)
    plain = renderer.render(filled_with("words"), sender=SENDER, lift_at=None)

    assert skeleton(master.html) == skeleton(plain.html)
    assert seen in visible(master.html)
    assert seen in master.text
    assert master.subject == seen
    master.html.encode("utf-8")


@pytest.mark.parametrize("token", [token for slot in Slot for token in (html_token(slot), text_token(slot))])
def test_words_that_stand_for_a_slot_are_refused(renderer: EmailRenderer, token: str) -> None:
    """They would be filled with the address of whoever gets the message."""
    with pytest.raises(BadInput, match="recipient"):
        renderer.render(filled_with(f"Write to {token}"), sender=SENDER, lift_at=None)


@pytest.mark.parametrize(
    "text",
    [
        (Span(text="See", href=f"https://example.org/{html_token(Slot.ADDRESS)}"),),
        # Two harmless spans stand side by side in the message.
        (Span(text="%%p"), Span(text="r-address-h%%")),
        # In the HTML an element parts them, in the plain text nothing does.
        (Span(text="%%p"), Span(text="r-address-t%%", is_strong=True)),
        # A character that is left out must not have hidden one.
        (Span(text="%%p\x00r-address-t%%"),),
    ],
)
def test_a_slot_cannot_be_put_together_from_pieces(renderer: EmailRenderer, text: tuple[Span, ...]) -> None:
    with pytest.raises(BadInput) as caught:
        renderer.render(replace(FULL, notes=(Paragraph(text=text),)), sender=SENDER, lift_at=None)

    assert "See" not in str(caught.value)


def test_a_slot_that_only_the_html_would_show_is_refused(renderer: EmailRenderer) -> None:
    """The plain text has no images, so that looking at it alone would miss this one."""
    images = (Image(url="https://example.org/a.jpg", alt=html_token(Slot.ADDRESS)),)

    with pytest.raises(BadInput):
        renderer.render(replace(FULL, images=images), sender=SENDER, lift_at=None)


def test_a_slot_in_what_only_the_sender_writes_is_refused(renderer: EmailRenderer) -> None:
    with pytest.raises(BadInput):
        renderer.render(FULL, sender=replace(SENDER, postal_address=f"{TOKEN_START}address-h%%"), lift_at=None)


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
        "#", "", "   ", "/report", "//example.org", "https://", "http://[", "mailto:", "mailto:?bcc=a@b.c", "tel:+41225550140",
        "https://example.org/\x00", "https://example.org/\u2028x",
    ],
)  # fmt: skip
def test_only_web_pages_and_letters_are_linked(renderer: EmailRenderer, href: str) -> None:
    notes = (Paragraph(text=(Span(text="the words", href=href),)),)

    master = renderer.render(replace(FULL, notes=notes), sender=SENDER, lift_at=None)

    assert not [link for link in soup_of(master.html).select("a") if link.get_text() == "the words"]
    assert "\nthe words\n" in master.text


@pytest.mark.parametrize(
    "href", ["https://example.org/a?b=1&c=2#d", "http://example.org", "mailto:press@example.org?subject=Hello"]
)
def test_a_link_that_works_leads_where_it_is_written(renderer: EmailRenderer, href: str) -> None:
    notes = (Paragraph(text=(Span(text="the words", href=href),)),)

    master = renderer.render(replace(FULL, notes=notes), sender=SENDER, lift_at=None)

    assert [link["href"] for link in soup_of(master.html).select("a") if link.get_text() == "the words"] == [href]
    assert f"the words ({href.removeprefix('mailto:')})" in master.text


@pytest.mark.parametrize("url", ["mailto:press@example.org", "data:image/png;base64,AA", "javascript:alert(1)", "a.jpg", "#", ""])
def test_only_what_is_on_the_web_is_shown_as_a_picture(renderer: EmailRenderer, url: str) -> None:
    images = (Image(url=url, alt="A lane", caption="The lane"),)

    master = renderer.render(replace(FULL, images=images), sender=SENDER, lift_at=None)

    assert not soup_of(master.html).select("img, .caption")


@given(href=st.one_of(st.text(max_size=40), st.text(max_size=30).map(lambda rest: f"https://example.org/{rest}")))
def test_no_target_breaks_out_of_its_attribute(renderer: EmailRenderer, href: str) -> None:
    notes = (Paragraph(text=(Span(text="the words", href=href),)),)

    master = renderer.render(replace(FULL, notes=notes), sender=SENDER, lift_at=None)
    found = [link for link in soup_of(master.html).select("a") if link.get_text() == "the words"]

    assert [link["href"] for link in found] == ([link_target(href)] if link_target(href) else [])
    assert all(sorted(link.attrs) == ["class", "href", "style"] for link in found)


def test_every_field_that_a_reader_sees_was_attacked() -> None:
    """A field added to the release later must be added to `filled_with`, too."""
    unseen = {
        "language", "embargo", "embargo_line", "hashtags", "link", "author", "thread", "languages_wanted", "lists",
        "source_format", "remarks",
    }  # fmt: skip
    attacked = filled_with("words")

    assert is_dataclass(attacked)
    assert {field.name for field in fields(attacked) if getattr(attacked, field.name)} - {"source_format", "language"} == {
        field.name for field in fields(attacked)
    } - unseen
