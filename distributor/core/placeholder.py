"""Text that a writer left to be replaced: "TBC", "[insert name]", "lorem ipsum", in English and its neighbours."""

from __future__ import annotations

import regex

#: Written in capitals only, so that a word of small letters is none. A Roman twenty or thirty is recognised by its company.
_LETTERS = regex.compile(
    r"""(?<![\p{L}\p{N}_&-])(?:TBC|TBA|TBD|TKTK|TODO|FIXME|XX+)(?![\p{L}\p{N}_&]|-[\p{L}\d])
        (?<!(?:[Ss]iglo|[Ss][eé]culo|[Ss]ecolo|[Ss]iècle|[Cc]entury|Louis|Juan|Johannes|Article|Protocol|Chapter|Title|Part|Annex)\sX+)
        (?!\.?\s(?:Jahrhundert|[Cc]entury|siècle|secolo|[Cc]hromosom|Congres|Conferenc|Cumbre|Summit|Olympi|Winter))""",
    regex.VERBOSE,
)
_BRACKETS = regex.compile(
    r"""[\[{<]{1,2}\s*(?:insert|add|tbc|tba|tbd|xx+|to\s(?:come|follow|be\s\w+)|placeholder|your\s\w+|name|date|city|place|link|url|quote|title|number
        |ins[eé]rer|à\s(?:compléter|confirmer|venir)|nom|lieu|lien|citation|insertar|por\s(?:confirmar|completar)|nombre|fecha|lugar|enlace
        |einf[uü]gen|folgt|ort|datum|zitat|inserir|a\sconfirmar|data|nome)
        (?:\s[^\]}>\n]{0,80})?\s*[\]}>]{1,2}(?!\p{L})""",
    regex.VERBOSE | regex.IGNORECASE,
)
_FILLER = regex.compile(r"\blorem\s+ipsum\b|\bdolor\s+sit\s+amet\b|\?{4,}|_{5,}", regex.IGNORECASE)


def has_placeholder(text: str) -> bool:
    """Say whether something in the text was meant to be replaced.

    >>> has_placeholder("The minister, [insert name], said TBC."), has_placeholder("Size XXL in the XX century")
    (True, False)
    """
    return any(pattern.search(text) for pattern in (_LETTERS, _BRACKETS, _FILLER))
