"""The e-mail: a release in, HTML and plain text out, complete but for its slots. The same release gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from css_inline import CSSInliner

from distributor.core.errors import BadInput
from distributor.core.message import TOKEN_START, EmailMaster, Sender, Slot, html_token, text_token
from distributor.core.release import Release
from distributor.render.direction import marked
from distributor.render.letter import letter_of
from distributor.render.plain_text import folded
from distributor.render.templates import load_templates
from distributor.render.wording import one_line

_FOLDER = "email/release"


class EmailRenderer:
    """Renders releases as e-mails. Thread-safe."""

    def __init__(self, template_dir: Path) -> None:
        templates = load_templates(template_dir)
        self._subject = templates.get_template(f"{_FOLDER}/subject.txt")
        self._text = templates.get_template(f"{_FOLDER}/body.txt")
        self._html = templates.get_template(f"{_FOLDER}/body.html")
        # What cannot stand in an attribute (media queries) is in the template's own <style>, which stays where and as it is.
        self._inliner = CSSInliner(
            extra_css=(template_dir / "_base" / "email.css").read_text("utf-8"),
            inline_style_tags=False,
            keep_style_tags=True,
            load_remote_stylesheets=False,
        )

    def render(self, release: Release, *, sender: Sender, lift_at: datetime | None) -> EmailMaster:
        """Return the e-mail in the release's language. `lift_at` is when it leaves, None when that is not decided.

        Raises:
            BadInput: the release holds what stands for a slot, or an embargo whose wall time is no single instant.
            ValueError: `lift_at` carries no zone.
        """
        letter = letter_of(release, sender=sender, lift_at=lift_at)
        subject = one_line(self._subject.render(letter=letter))
        _refuse_slots(subject)

        def html(slot: Callable[[Slot], str]) -> str:
            return self._html.render(letter=letter, slot=_by_name(slot))

        def text(slot: Callable[[Slot], str]) -> str:
            plain = self._text.render(letter=letter, slot=_by_name(slot))
            return marked(plain) if letter.direction == "rtl" else plain

        # Whatever looks like a slot when there are none came with the release, and would be filled with somebody's address.
        _refuse_slots(html(_no_slot))
        _refuse_slots(text(_no_slot))
        return EmailMaster(
            language=release.language,
            subject=subject,
            html=self._inliner.inline(html(html_token)),
            text=folded(text(text_token)),
            sender=sender,
        )


def _by_name(slot: Callable[[Slot], str]) -> dict[str, str]:
    return {one.value: slot(one) for one in Slot}


def _no_slot(_: Slot) -> str:
    return "·"


def _refuse_slots(rendered: str) -> None:
    if TOKEN_START in rendered:
        raise BadInput(
            f'The text holds "{TOKEN_START}", which stands for what differs from recipient to recipient.',
            where="release",
            remedy="Write it otherwise, for instance with a space after the percent signs.",
        )
