"""Running text as markdown-it reads it -> spans; shared by Markdown and by plain text with Markdown's links in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import regex
from markdown_it.token import Token

from distributor.core.release import Image, Span, Text
from distributor.core.source import tidy
from distributor.intake.link_target import is_allowed, with_bare_links

#: Elements whose content is no text.
_MUTE = regex.compile(r"<(/?)(script|style|iframe|object|template|noscript)\b", regex.IGNORECASE)
_BREAK = regex.compile(r"<br\s*/?>", regex.IGNORECASE)
_NARROWEST = 45


@dataclass(slots=True)
class Inline:
    """Reads tokens of one line of text after the other; collects pictures and remarks on the way."""

    images: list[Image] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def read(self, tokens: Iterable[Token], *, line: int, soft_break: str = " ") -> Text:
        """Return the spans of the tokens. `soft_break` stands for a line's end that the writer's editor may have made."""
        pen = _Pen()
        for token in tokens:
            if token.type == "image":
                self._picture(token, line)
            elif token.type == "link_open":
                pen.href = self._target(str(token.attrGet("href") or ""), line)
            elif token.type == "html_inline":
                self._element(token.content, pen, line)
            else:
                pen.take(token, soft_break)
        # Joined first: an address may be cut in two by an element that says nothing.
        return with_bare_links(tidy(tuple(pen.spans), keep_lines=True))

    def _target(self, target: str, line: int) -> str | None:
        if is_allowed(target):
            return target
        self.remarks.append(f"Line {line}: a link to something that is no page was removed, its words stay.")
        return None

    def _picture(self, token: Token, line: int) -> None:
        url = str(token.attrGet("src") or "")
        if not url or not is_allowed(url):
            self.remarks.append(f"Line {line}: a picture without a web address was left out; give it one.")
            return
        alt, caption = token.content, str(token.attrGet("title") or "")
        self.images.append(Image(url=url, alt=" ".join(alt.split()), caption=" ".join(caption.split())))

    def _element(self, element: str, pen: _Pen, line: int) -> None:
        if _BREAK.fullmatch(element):
            pen.write("\n")
            return
        if mute := _MUTE.match(element):
            pen.is_mute = not mute[1]
        self.remarks.append(f"Line {line}: HTML inside the text was left out.")


@dataclass(slots=True)
class _Pen:
    """The look that the next words have."""

    spans: list[Span] = field(default_factory=list)
    href: str | None = None
    strong: int = 0
    emphasis: int = 0
    is_mute: bool = False

    def take(self, token: Token, soft_break: str) -> None:
        match token.type:
            case "strong_open" | "strong_close":
                self.strong += token.nesting
            case "em_open" | "em_close":
                self.emphasis += token.nesting
            case "link_close":
                self.href = None
            case "softbreak" | "hardbreak":
                self.write(soft_break if token.type == "softbreak" else "\n")
            case _:
                self.write(token.content)

    def write(self, words: str) -> None:
        if words and not self.is_mute:
            self.spans.append(Span(text=words, href=self.href, is_strong=self.strong > 0, is_emphasis=self.emphasis > 0))


def is_wrapped(lines: list[str]) -> bool:
    """Say whether the lines are one paragraph that an editor has broken: each is as full as the longest one allows, or ends in
    mid-sentence.

    >>> is_wrapped(["Ana Example", "Media Officer", "ana@example.org"])
    False
    """
    width = max(map(len, lines), default=0)
    return width >= _NARROWEST and all(
        _runs_on(line, following.split(maxsplit=1)[0], width) for line, following in pairwise(lines) if following.split()
    )


def _runs_on(line: str, next_word: str, width: int) -> bool:
    """Say whether the line was broken for want of room, or in mid-sentence."""
    is_full = len(line) + 1 + len(next_word) > width
    return is_full or (len(line) >= _NARROWEST and next_word[0].islower() and "@" not in next_word)
