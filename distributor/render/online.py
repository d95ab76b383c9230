"""The e-mail for everybody: without what is only its recipient's."""

from __future__ import annotations

from typing import Final

import regex

from distributor.core.message import TOKEN_START

#: What encloses everything personal in templates/email/*/body.html. No release can forge it: "<" of its text is always escaped.
PERSONAL_START: Final = "<!--personal-->"
PERSONAL_END: Final = "<!--/personal-->"
_PERSONAL = regex.compile(f"{regex.escape(PERSONAL_START)}.*?{regex.escape(PERSONAL_END)}", regex.DOTALL)


def without_slots(html: str) -> str:
    """Return a master's HTML without its personal parts: the links to leave and to view, and the recipient's address.

    Raises:
        ValueError: a slot stands outside them, which is a defect of the template; nothing personal may be shown to everybody.
    """
    public = _PERSONAL.sub("", html)
    if TOKEN_START in public:
        raise ValueError("a slot stands outside the personal parts of the e-mail")
    return public
