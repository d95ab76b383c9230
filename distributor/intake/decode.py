"""Bytes of a text file -> text. UTF-8, or what the file itself declares; anything else is asked about, never guessed."""

from __future__ import annotations

import codecs

import regex
from charset_normalizer import from_bytes

from distributor.core.errors import BadInput

#: Longest mark first: UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = regex.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*(?P<name>[A-Za-z0-9_-]{3,20})", regex.IGNORECASE)
#: As much as is looked at to say which encoding it may be.
_SAMPLE = 64_000
_HEAD = 2_048


def decode(data: bytes, *, name: str, is_html: bool) -> str:
    """Return the text.

    Raises:
        BadInput: not in the encoding that the file has or declares; names the line, and the encoding it looks like.
    """
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    if is_html and encoding == "utf-8":
        encoding = _declared(data) or encoding
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        looks_like = _looks_like(data[max(error.start - _SAMPLE // 2, 0) : error.start + _SAMPLE // 2])
        raise BadInput(
            f"The file is not {error.encoding.upper()}{f'; it looks like {looks_like}' if looks_like else ''}.",
            where=f"{name}:{line}",
            remedy='Save it again with the encoding "UTF-8".',
        ) from error


def _declared(data: bytes) -> str | None:
    match = _DECLARED.search(data[:_HEAD])
    if match is None:
        return None
    try:
        codec = codecs.lookup(match["name"].decode("ascii"))
    except LookupError:
        return None
    # Some codecs of Python do not give text (base64) and UTF-16 cannot be declared in bytes that are read as ASCII.
    return codec.name if codec.name.startswith(("utf-8", "iso8859", "cp125", "koi8", "ascii")) else None


def _looks_like(sample: bytes) -> str:
    best = from_bytes(sample).best()
    return best.encoding.replace("cp125", "Windows-125") if best else ""
