"""HTML -> neutral blocks. The document is sanitised first, then read for its words, links and pictures only."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

import nh3
import regex

from distributor.core.release import Image, SourceFormat, Span, Text, plain
from distributor.core.source import Kind, Metadata, Source, SourceBlock, tidy
from distributor.intake.language_code import language_called
from distributor.intake.link_target import SCHEMES, with_bare_links

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "header",
        "hr",
        "main",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
    ]
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol"})
_STRONG, _EMPHASIS = frozenset({"b", "strong"}), frozenset({"i", "em", "cite"})
_KEPT = (
    _BLOCKS | _HEADINGS | _LISTS | _STRONG | _EMPHASIS | {"a", "br", "img", "li", "span", "sub", "sup", "u", "q", "abbr", "time"}
)
#: Elements whose content is no text of the release.
_MUTE = frozenset(
    [
        "script",
        "style",
        "head",
        "title",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "nav",
        "select",
        "textarea",
        "button",
        "audio",
        "video",
        "canvas",
    ]
)
#: What a person should hear of when it was left out. Safety does not rest on these patterns but on the sanitiser.
_TOLD = (
    (regex.compile(r"<script\b", regex.IGNORECASE), "a script was left out"),
    (regex.compile(r"<(?:iframe|object|embed|form|svg)\b", regex.IGNORECASE), "an embedded element was left out"),
    (regex.compile(r"<[a-z][^<>]*\son[a-z]+\s*=", regex.IGNORECASE), "an event handler was left out"),
    # Possessive: a row of spaces is tried once and not in every way that two stars can share it.
    (regex.compile(r"\b(?:href|src)\s*+=\s*+[\"']?\s*+(?:javascript|data|vbscript|file):", regex.IGNORECASE),
     "a link or picture that is no page was removed, a link's words stay"),
)  # fmt: skip
_LANG = regex.compile(r"<html\b[^<>]*?\slang\s*=\s*[\"']?(?P<lang>[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)", regex.IGNORECASE)
_START = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlPart:
    """What an HTML text holds."""

    blocks: tuple[SourceBlock, ...]
    images: tuple[Image, ...]
    remarks: tuple[str, ...]


def read_html(text: str, *, name: str, metadata: Metadata) -> Source:
    """Return the blocks of an HTML document."""
    part = html_blocks(text, first_line=1)
    lang = _LANG.search(text)
    return Source(
        name=name,
        format=SourceFormat.HTML,
        blocks=part.blocks,
        images=part.images,
        metadata=metadata,
        language=language_called(lang["lang"]) if lang else None,
        remarks=part.remarks,
    )


def html_blocks(text: str, *, first_line: int) -> HtmlPart:
    """Return what an HTML text holds. `first_line` 0: its lines mean nothing to the writer."""
    clean = nh3.clean(
        text,
        tags=set(_KEPT),
        clean_content_tags=set(_MUTE),
        attributes={"a": {"href"}, "img": {"src", "alt", "title"}},
        url_schemes=set(SCHEMES),
        link_rel=None,
    )
    walk = _Walk()
    walk.feed(clean)
    walk.close()
    walk.flush()
    blocks = tuple(walk.blocks)
    return HtmlPart(
        blocks=_with_lines(blocks, text, first_line) if first_line else blocks,
        images=tuple(walk.images),
        remarks=tuple(_remarks(text, first_line)),
    )


class _Walk(HTMLParser):
    """Goes through sanitised HTML once, without recursion, so that no depth of nesting can exhaust it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[SourceBlock] = []
        self.images: list[Image] = []
        self._spans: list[Span] = []
        self._items: list[Text] = []
        self._lists: list[bool] = []
        self._looks: dict[str, int] = {"strong": 0, "emphasis": 0}
        self._href: str | None = None
        self._level = 0
        self._is_caption = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self._picture(given)
        elif tag == "br":
            self._write("\n")
        elif tag == "a":
            self._href = given.get("href")
        elif tag in _STRONG | _EMPHASIS:
            self._looks["strong" if tag in _STRONG else "emphasis"] += 1
        elif tag in _LISTS:
            self.flush()
            self._lists.append(tag == "ol")
        elif tag in _BLOCKS | _HEADINGS or tag == "li":
            self.flush()
            self._level = int(tag[1]) if tag in _HEADINGS else 0
            self._is_caption = tag == "figcaption"

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._href = None
        elif tag in _STRONG | _EMPHASIS:
            look = "strong" if tag in _STRONG else "emphasis"
            self._looks[look] = max(self._looks[look] - 1, 0)
        elif tag in _BLOCKS | _HEADINGS | _LISTS or tag == "li":
            self.flush()
            self._level, self._is_caption = 0, False
            if tag in _LISTS and self._lists:
                self._end_list()

    def handle_data(self, data: str) -> None:
        self._write(regex.sub(r"[ \t\n]+", " ", data))

    def flush(self) -> None:
        """End the block that is being written."""
        # Joined first: an address may be cut in two by an element that says nothing.
        text = with_bare_links(tidy(tuple(self._spans), keep_lines=True))
        self._spans = []
        if not text:
            return
        if self._is_caption and self.images:
            last = self.images[-1]
            self.images[-1] = Image(url=last.url, alt=last.alt, caption=" ".join(plain(text).split()))
        elif self._lists:
            self._items.append(text)
        else:
            kind = Kind.HEADING if self._level else Kind.PARAGRAPH
            self.blocks.append(SourceBlock(kind=kind, text=text, level=self._level))

    def _end_list(self) -> None:
        is_ordered = self._lists.pop()
        if not self._lists and self._items:
            self.blocks.append(SourceBlock(kind=Kind.LIST, items=tuple(self._items), is_ordered=is_ordered))
            self._items = []

    def _picture(self, given: dict[str, str]) -> None:
        if given.get("src"):
            self.images.append(Image(url=given["src"], alt=_line(given.get("alt", "")), caption=_line(given.get("title", ""))))

    def _write(self, words: str) -> None:
        strong, emphasis = self._looks["strong"] > 0, self._looks["emphasis"] > 0
        self._spans.append(Span(text=words, href=self._href, is_strong=strong, is_emphasis=emphasis))


def _line(words: str) -> str:
    return " ".join(words.split())


def _with_lines(blocks: tuple[SourceBlock, ...], text: str, first_line: int) -> tuple[SourceBlock, ...]:
    """Return the blocks with the line on which each one's first words stand; 0 where they are written differently (entities)."""
    at, line, numbered = 0, first_line, []
    for block in blocks:
        words = (block.text or block.items[0])[0].text[:_START].split("\n")[0]
        found = text.find(words, at)
        if found >= 0:
            line += text.count("\n", at, found)
            at = found
        numbered.append(
            SourceBlock(
                kind=block.kind, text=block.text, items=block.items, is_ordered=block.is_ordered, level=block.level,
                line=line if found >= 0 else 0,
            )
        )  # fmt: skip
    return tuple(numbered)


def _remarks(text: str, first_line: int) -> list[str]:
    found = [(match.start(), words) for pattern, words in _TOLD for match in [pattern.search(text)] if match]
    return [
        f"Line {first_line + text.count(chr(10), 0, at)}: {words}." if first_line else f"{words[0].upper()}{words[1:]}."
        for at, words in sorted(found)
    ]
