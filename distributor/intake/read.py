"""Take in a release from a file: decide what the file is, read it, understand it. Nothing is stored here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePath

import regex

from distributor.core.embargo import Embargo
from distributor.core.embargo_line import embargo_in_line
from distributor.core.errors import BadInput
from distributor.core.ids import Language
from distributor.core.release import Release, plain
from distributor.core.source import Metadata, Source
from distributor.core.structure import understand
from distributor.intake.characters import normal_lines, refuse_characters
from distributor.intake.decode import decode
from distributor.intake.docx import read_docx
from distributor.intake.front_matter import split_front_matter
from distributor.intake.html import read_html
from distributor.intake.markdown import read_markdown
from distributor.intake.metadata import metadata_from
from distributor.intake.text import read_text

MAX_FILE_BYTES = 10_000_000
#: Some thirty pages. A release has two.
MAX_CHARACTERS = 100_000
_ZIP = b"PK\x03\x04"
_OTHERS = {
    ".pdf": b"%PDF", ".doc": b"\xd0\xcf\x11\xe0", ".rtf": b"{\\rtf", ".odt": b"", ".pages": b"",
}  # fmt: skip
_HTML = regex.compile(r"^\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", regex.IGNORECASE | regex.DOTALL)
_FORMATS = "Markdown (.md), plain text (.txt), Word (.docx) or HTML (.html)"


def read_release(path: Path, *, now: datetime, embargo_answer: str = "") -> Release:
    """Return the release in a file.

    `embargo_answer` is the officer's word on the embargo ("2022-03-30 00:01 Europe/London", "immediate"); it wins over the file.

    Raises:
        BadInput: the file cannot be read, is too large, or holds something that must be mended or asked; nothing was stored.
    """
    return read_release_bytes(_bytes_of(path), name=path.name, now=now, embargo_answer=embargo_answer)


def read_release_bytes(
    data: bytes, *, name: str, now: datetime, embargo_answer: str = "", language_answer: Language | None = None
) -> Release:
    """Return the release in the bytes of a file of that name; in that language where it says none. Raises as `read_release`."""
    _refuse_size(len(data), name)
    source = _source(data, name)
    refuse_in_blocks(source)
    if embargo_answer.strip():
        source = replace(source, metadata=replace(source.metadata, embargo=_answered(embargo_answer, source.metadata)))
    if language_answer and not source.metadata.language:
        source = replace(source, metadata=replace(source.metadata, language=source.language or language_answer))
    return understand(source, now=now)


def _bytes_of(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise BadInput("This is a folder.", where=str(path), remedy="Name the file of the release.")
        _refuse_size(path.stat().st_size, path.name)
        with path.open("rb") as file:
            # A file can grow, and a device has no size: no more is read than is allowed.
            return file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise BadInput("The file cannot be read.", where=str(path), remedy="Check its name and that you may read it.") from error


def _refuse_size(size_bytes: int, name: str) -> None:
    if size_bytes > MAX_FILE_BYTES:
        raise BadInput(
            f"The file has more than {MAX_FILE_BYTES // 1_000_000} MB.",
            where=name,
            remedy="Put the text alone into it, and name pictures by their web addresses.",
        )


def _source(data: bytes, name: str) -> Source:
    suffix = PurePath(name).suffix.casefold()
    _refuse_others(data, name, suffix)
    if data.startswith(_ZIP) or suffix == ".docx":
        return read_docx(data, name=name, metadata=Metadata())
    text = normal_lines(decode(data, name=name, is_html=suffix in {".html", ".htm"}))
    refuse_text(text, name)
    if suffix in {".html", ".htm"} or _HTML.match(text):
        return read_html(text, name=name, metadata=Metadata())
    matter = split_front_matter(text, name=name)
    metadata = metadata_from(matter.values, name=name)
    read = read_markdown if suffix in {".md", ".markdown"} or (matter.values and suffix != ".txt") else read_text
    return read(matter.text, name=name, metadata=metadata, first_line=matter.first_line)


def _refuse_others(data: bytes, name: str, suffix: str) -> None:
    if suffix in _OTHERS or any(start and data.startswith(start) for start in _OTHERS.values()):
        raise BadInput("This kind of file cannot be taken in.", where=name, remedy=f"Save the release as {_FORMATS}.")


def refuse_text(text: str, name: str) -> None:
    """Refuse a text that is empty, longer than any release, or holds characters that mislead.

    Raises:
        BadInput: names the line.
    """
    refuse_characters(text, where=name, line=1)
    if not text.strip():
        raise BadInput("The file is empty.", where=f"{name}:1", remedy="Put the release into it, headline first.")
    if len(text) > MAX_CHARACTERS:
        raise BadInput(
            f"The text has more than {MAX_CHARACTERS} characters.", where=name, remedy="Leave the release alone in the file."
        )


def refuse_in_blocks(source: Source) -> None:
    """Refuse what only appears once entities are decoded and looks are gone, such as "&#8238;" in HTML."""
    for block in source.blocks:
        for text in (block.text, *block.items):
            refuse_characters(plain(text), where=source.where(block.line))
            for span in text:
                refuse_characters(span.href or "", where=source.where(block.line))
    for image in source.images:
        refuse_characters("\n".join((image.url, image.alt, image.caption)), where=source.name)


def _answered(answer: str, metadata: Metadata) -> Embargo:
    try:
        return embargo_in_line(answer, release_date=metadata.date)
    except BadInput as error:
        raise BadInput(error.problem, where="--embargo", remedy=error.remedy) from error
