"""Word documents (.docx) -> HTML by mammoth -> neutral blocks.

A .docx is a zip of XML files. What it inflates to is measured before mammoth sees it, with the sizes that it declares and with
those that it really has, so that a small file cannot fill the memory. XML with a DOCTYPE, which Word never writes, is refused:
it could define entities that grow.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import replace
from xml.parsers.expat import ExpatError

import mammoth
import regex

from distributor.core.errors import BadInput
from distributor.core.release import SourceFormat
from distributor.core.source import Metadata, Source
from distributor.intake.html import html_blocks

#: A report of 300 pages with its pictures inflates to some 30 MB.
MAX_INFLATED_BYTES = 60_000_000
#: The XML that is parsed, as trees about twenty times its size.
MAX_XML_BYTES = 12_000_000
MAX_ENTRIES = 2_000
_CHUNK = 1 << 16
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => h2:fresh
"""
_BROKEN = "The file is no Word document (.docx) that can be read."
_SAVE_AGAIN = "Open it in a word processor and save it again as .docx, without a password."


def read_docx(data: bytes, *, name: str, metadata: Metadata) -> Source:
    """Return the blocks of a Word document.

    Raises:
        BadInput: no .docx, damaged, encrypted, or too large when inflated.
    """
    markup = _refuse_bombs(data, name)
    pictures: list[str] = []

    def leave_out(image: object) -> list[object]:
        pictures.append("picture")
        return []

    try:
        html = mammoth.convert_to_html(io.BytesIO(data), style_map=_STYLES, convert_image=leave_out).value
    except (
        KeyError,
        ValueError,
        AttributeError,
        TypeError,
        LookupError,
        ExpatError,
        RecursionError,
        OSError,
        EOFError,
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
    ) as error:  # fmt: skip - mammoth has no error of its own for a damaged document
        raise BadInput(_BROKEN, where=name, remedy=_SAVE_AGAIN) from error
    part = html_blocks(html, first_line=0)
    blocks = tuple(replace(block, line=0) for block in part.blocks)
    return Source(
        name=name,
        format=SourceFormat.DOCX,
        blocks=blocks,
        metadata=metadata,
        remarks=(*part.remarks, *_remarks(pictures, markup)),
    )


def _remarks(pictures: list[str], markup: bytes) -> list[str]:
    remarks = []
    if pictures:
        remarks.append(f"{len(pictures)} pictures in the document were left out; name them with web addresses under images.")
    if regex.search(rb"<w:(?:ins|del|moveFrom) ", markup):
        remarks.append("The document holds tracked changes: insertions were taken, deletions left out.")
    return remarks


def _refuse_bombs(data: bytes, name: str) -> bytes:
    """Return the main document's XML, after all entries were measured."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _refuse_if(len(entries) > MAX_ENTRIES, name)
            _refuse_if(sum(entry.file_size for entry in entries) > MAX_INFLATED_BYTES, name)
            return _inflate(archive, entries, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, KeyError) as error:
        raise BadInput(_BROKEN, where=name, remedy=_SAVE_AGAIN) from error


def _inflate(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], name: str) -> bytes:
    total = xml = 0
    for entry in entries:
        is_xml = entry.filename.endswith((".xml", ".rels"))
        head = b""
        with archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                total += len(chunk)
                xml += len(chunk) if is_xml else 0
                _refuse_if(total > MAX_INFLATED_BYTES or xml > MAX_XML_BYTES, name)
                head = head or chunk
        if is_xml and b"<!DOCTYPE" in head:
            raise BadInput("The document's XML defines entities, which Word never does.", where=name, remedy=_SAVE_AGAIN)
    return archive.read("word/document.xml")


def _refuse_if(is_too_much: bool, name: str) -> None:
    if is_too_much:
        raise BadInput(
            f"The document is too large when unpacked: more than {MAX_INFLATED_BYTES // 1_000_000} MB, "
            f"{MAX_XML_BYTES // 1_000_000} MB of text or {MAX_ENTRIES} parts.",
            where=name,
            remedy="Save the text alone, without pictures and attachments.",
        )
