"""The front matter's keys -> `Metadata`. An unknown key is refused with the nearest known one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import NoReturn

import regex
from email_validator import EmailNotValidError, validate_email

from distributor.core.calendar_words import find_dates
from distributor.core.embargo import Embargo
from distributor.core.embargo_line import embargo_in_line
from distributor.core.errors import BadInput
from distributor.core.ids import Language, ListName
from distributor.core.release import Image, PressContact
from distributor.core.source import Metadata, SourceBlock
from distributor.core.spoken import Spoken
from distributor.intake.front_matter import Value
from distributor.intake.language_code import language_called
from distributor.intake.link_target import is_allowed
from distributor.intake.markdown import markdown_blocks

KEYS = (
    "headline", "subhead", "language", "city", "date", "embargo", "author", "contacts", "hashtags", "link", "lists", "images",
    "thread", "languages", "boilerplate", "notes", "call_to_action", "embargo_line", "end_mark", "speakers", "reading",
)  # fmt: skip
_CONTACT_KEYS = ("name", "role", "email", "phone")
_IMAGE_KEYS = ("url", "alt", "caption")
_SPEAKER_KEYS = ("words", "speaker", "is")
_TERM = "term"
_HASHTAG = regex.compile(r"[\p{L}\p{N}_]+")
_LIST = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N} _.-]{0,63}")


def metadata_from(values: Mapping[str, Value], *, name: str) -> Metadata:
    """Return what the front matter says.

    Raises:
        BadInput: an unknown key, or a value that does not fit its key; names file and line.
    """
    reader = _Reader(values=values, name=name)
    reader.refuse_unknown(values, KEYS)
    issued = reader.day("date")
    return Metadata(
        headline=reader.line("headline"),
        subhead=reader.line("subhead"),
        language=reader.language("language"),
        city=reader.line("city"),
        date=issued,
        embargo=reader.embargo("embargo", issued),
        author=reader.line("author"),
        contacts=tuple(reader.contact(value) for value in reader.items("contacts")),
        hashtags=tuple(reader.hashtag(value) for value in reader.items("hashtags")),
        link=reader.link("link"),
        lists=tuple(reader.list_name(value) for value in reader.items("lists")),
        images=tuple(reader.image(value) for value in reader.items("images")),
        thread=tuple(reader.text(value).strip() for value in reader.items("thread")),
        languages=tuple(reader.language_of(value) for value in reader.items("languages")),
        boilerplate=reader.blocks("boilerplate"),
        notes=reader.blocks("notes"),
        call_to_action=reader.blocks("call_to_action"),
        embargo_line=reader.line("embargo_line"),
        end_mark=reader.line("end_mark"),
        speakers=tuple(reader.spoken(value) for value in reader.items("speakers")),
        is_exact=reader.is_exact("reading"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    values: Mapping[str, Value]
    name: str

    def refuse(self, value: Value, problem: str, remedy: str) -> NoReturn:
        raise BadInput(problem, where=value.where(self.name), remedy=remedy)

    def refuse_unknown(self, fields: Mapping[str, Value], known: tuple[str, ...]) -> None:
        for key, value in fields.items():
            if key not in known:
                near = get_close_matches(key, known, n=1, cutoff=0.5)
                remedy = f'Did you mean "{near[0]}"?' if near else f"Known keys are {', '.join(known)}."
                self.refuse(value, f'The front matter has an unknown key "{key[:40]}".', remedy)

    def text(self, value: Value) -> str:
        if value.text is None:
            self.refuse(value, "Text is wanted here.", "Put it in quotation marks, or after a |.")
        return value.text

    def line(self, key: str) -> str:
        value = self.values.get(key)
        return " ".join(self.text(value).split()) if value else ""

    def items(self, key: str) -> tuple[Value, ...]:
        """Return the items of a list; one text alone is a list of what stands between its commas, but for a thread."""
        value = self.values.get(key)
        if value is None or value.text == "":
            return ()
        if value.items is not None:
            return value.items
        if value.text is None or key in {"thread", "contacts", "images", "speakers"}:
            self.refuse(value, f'"{key}" wants a list.', "Put each item on a line of its own that begins with a dash.")
        return tuple(replace(value, text=part.strip()) for part in value.text.split(",") if part.strip())

    def day(self, key: str) -> date | None:
        value = self.values.get(key)
        if value is None or not self.text(value):
            return None
        try:
            found = find_dates(self.text(value))
            if len(found) == 1 and found[0].year is not None:
                return found[0].in_year(found[0].year)
        except BadInput as error:
            self.refuse(value, error.problem, error.remedy)
        return self.refuse(value, "This is not one date with its year.", "Write it as 2022-03-30.")

    def embargo(self, key: str, issued: date | None) -> Embargo | None:
        value = self.values.get(key)
        if value is None or not self.text(value):
            return None
        try:
            return embargo_in_line(self.text(value), release_date=issued)
        except BadInput as error:
            self.refuse(value, error.problem, error.remedy)

    def language(self, key: str) -> Language | None:
        value = self.values.get(key)
        return self.language_of(value) if value and self.text(value) else None

    def language_of(self, value: Value) -> Language:
        known = language_called(self.text(value))
        if known is None:
            self.refuse(value, "This is no language code that is known.", 'Write one like "en", "fr" or "pt-BR".')
        return known

    def contact(self, value: Value) -> PressContact:
        fields = self._fields(value, _CONTACT_KEYS)
        if not fields.get("name") or not (fields.get("email") or fields.get("phone")):
            self.refuse(
                value,
                "A press contact needs a name, and an e-mail address or a phone number.",
                'Write "name:" and "email:" or "phone:".',
            )
        if fields.get("email"):
            try:
                validate_email(fields["email"], check_deliverability=False, test_environment=True)
            except EmailNotValidError:
                self.refuse(value, "The contact's e-mail address is not valid.", "Write it like press@example.org.")
        return PressContact(**fields)

    def image(self, value: Value) -> Image:
        fields = self._fields(value, _IMAGE_KEYS)
        if not fields.get("url") or not is_allowed(fields["url"]):
            self.refuse(value, "An image needs a web address.", 'Write "url: https://…" and "alt: what it shows".')
        return Image(**fields)

    def spoken(self, value: Value) -> Spoken:
        fields = self._fields(value, _SPEAKER_KEYS)
        if not fields.get("words") or fields.get("is", _TERM) != _TERM:
            self.refuse(value, "What was said is wanted here.", 'Write "words:" and "speaker:", or "is: term" for no quotation.')
        return Spoken(words=fields["words"], speaker=fields.get("speaker") or None, is_quotation="is" not in fields)

    def is_exact(self, key: str) -> bool:
        value = self.values.get(key)
        said = self.text(value).strip() if value else ""
        if value and said not in {"", "usual", "exact"}:
            self.refuse(value, "There is no such way to read a release.", 'Write "exact", or leave the key out.')
        return said == "exact"

    def hashtag(self, value: Value) -> str:
        tag = self.text(value).strip().removeprefix("#")
        if not _HASHTAG.fullmatch(tag):
            self.refuse(
                value, "A hashtag is one word of letters, digits and underscores.", 'Write it without spaces, such as "MineBan".'
            )
        return tag

    def link(self, key: str) -> str:
        target = self.line(key)
        if target and not regex.match(r"https?://[^\s/]+\.[^\s]+$", target):
            self.refuse(self.values[key], "The link is no web address.", "Write it in full, such as https://example.org/report.")
        return target

    def list_name(self, value: Value) -> ListName:
        if not _LIST.fullmatch(self.text(value).strip()):
            self.refuse(value, "This is no name of a media list.", "Use letters, digits, spaces, dots and dashes, at most 64.")
        return ListName(self.text(value).strip())

    def blocks(self, key: str) -> tuple[SourceBlock, ...]:
        value = self.values.get(key)
        if value is None:
            return ()
        texts = value.items if value.items is not None else (value,)
        return tuple(block for item in texts for block in markdown_blocks(self.text(item), first_line=item.line))

    def _fields(self, value: Value, known: tuple[str, ...]) -> dict[str, str]:
        if value.fields is None:
            self.refuse(value, "Keys and values are wanted here.", f"Write {', '.join(f'{key}:' for key in known)}.")
        self.refuse_unknown(value.fields, known)
        return {key: " ".join(self.text(item).split()) for key, item in value.fields.items()}
