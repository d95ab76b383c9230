"""What somebody pasted: in which of the formats it is written. People who paste do not know what Markdown is."""

from __future__ import annotations

from typing import Final

import regex

#: What nobody writes in plain text: headings, links and bold words of Markdown; tags of HTML at the very beginning.
_MARKDOWN: Final = regex.compile(r"^#{1,3} \S|\]\([^()\s]+\)|\*\*\S", regex.MULTILINE)
_HTML: Final = regex.compile(r"\s*<(?:p|div|h[1-6]|article|section|main)\b", regex.IGNORECASE)


def name_of_pasted(text: str) -> str:
    """Return the name of a file whose ending says how the text is written; without one, `read` decides.

    >>> name_of_pasted("# Mines cleared\\n\\nGeneva - ..."), name_of_pasted("<p>Geneva</p>"), name_of_pasted("Mines cleared")
    ('the text.md', 'the text.html', 'the text')
    """
    if _HTML.match(text):
        return "the text.html"
    return "the text.md" if _MARKDOWN.search(text) else "the text"
