"""Reading a form, with its files, without letting it fill the memory."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from distributor.web.body import read_body

#: A pasted release and its fields; far more than any release.
MOST_BYTES: Final = 5 * 1024 * 1024
#: A workbook of a hundred thousand people.
MOST_BYTES_WITH_FILES: Final = 30 * 1024 * 1024
MOST_FIELDS: Final = 500
_MOST_FILES: Final = 4
_PLAIN: Final = "application/x-www-form-urlencoded"
_WITH_FILES: Final = "multipart/form-data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that came with a form."""

    #: The last part of the name that the browser gave; for people to read and for its ending, never a path to write to.
    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a form sent."""

    #: Name and value of every field, in order.
    pairs: Sequence[tuple[str, str]]
    #: Files by field; one that was left empty is not there.
    files: Sequence[tuple[str, Upload]] = ()

    @property
    def file_names(self) -> list[str]:
        """Return the names of its files: they cannot be kept in a page, and are asked for again."""
        return [upload.name for _, upload in self.files]


async def read_form(request: Request, *, most: int = MOST_BYTES) -> Form | None:
    """Return the form, None when it is none, or longer than `most` bytes."""
    body = await read_body(request, most=most)
    if body is None:
        return None
    kind = request.headers.get("content-type", "")
    if kind.startswith(_WITH_FILES):
        return await _with_files(request, body)
    if not kind.startswith(_PLAIN):
        return None
    try:
        return Form(pairs=parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return None


def read_query(request: Request) -> Form | None:
    """Return what stands behind the question mark, None when it is more than a form can hold."""
    try:
        return Form(pairs=parse_qsl(request.url.query, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return None


def is_same_origin(request: Request) -> bool:
    """Believe the browser where it says from where the form comes; old ones do not say."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


async def _with_files(request: Request, body: bytes) -> Form | None:
    async def whole() -> AsyncGenerator[bytes]:
        yield body

    parser = MultiPartParser(
        request.headers, whole(), max_files=_MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_BYTES
    )  # fmt: skip
    try:
        parsed = await parser.parse()
    except (MultiPartException, KeyError, ValueError):
        # KeyError: a part without a name, or no boundary.
        return None
    pairs: list[tuple[str, str]] = []
    files: list[tuple[str, Upload]] = []
    try:
        for name, value in parsed.multi_items():
            if isinstance(value, UploadFile):
                files += [(name, found)] if (found := await _upload(value)) else []
            else:
                pairs.append((name, value))
    finally:
        await parsed.close()
    return Form(pairs=pairs, files=files)


async def _upload(file: UploadFile) -> Upload | None:
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    content = await file.read()
    return Upload(name=name, content=content) if name or content else None
