"""What the steps say in the words of commands, said in the words of the pages.

Steps speak to whoever called them, and most of their sentences name an option or a command. On a page that helps nobody who can
press a button instead. The command line keeps its own words; only what is shown on a page goes through here.
"""

from __future__ import annotations

import re
from typing import Final

_ASK: Final = "Ask whoever runs Distributor here to"

#: What is said of commands, and what a page says instead; in this order. Only whole turns of phrase, so that a text that merely
#: has such letters in it stays as it is.
_TURNS: Final = tuple(
    (re.compile(said), shown)
    for said, shown in (
        # When it leaves.
        (r"or schedule with a later --lift\b", "or choose a later time when scheduling"),
        (r"Add `embargo:` \(a time, or `immediate`\), or give --lift when scheduling", "Add an embargo, or say when scheduling"),
        (r"Say when it may leave: --lift \S+, or write `embargo:` \(or `embargo: immediate`\) into the release",
         "Say when it may leave, or correct its embargo"),
        (r"--lift (?=\S+ is before)", "The time "),
        (r"Lift later \(--lift\), allow more \(--late-limit\)", "Lift later, allow more minutes"),
        # By which ways, and to whom.
        (r"\b([Ll])eave out --channel \w+", r"\1eave the thread out"),
        (r"(Approve (?:it|the release again) as one post) ?(?:\(--form post[^)]*\)|: --form post, or --form long with Premium)",
         r"\1"),
        (r"(approve it as one post): --form post", r"\1"),
        (r"; --form post makes it one post", "; approved as one post it would not"),
        (r"Add --to LIST", "Choose one"),
        (r" \(`release add FILE --translates R`\), or decide: `release others R fallback`",
         ", or decide who gets what: see Translations on the release's page"),
        # Checks and approvals.
        (r"Mend the release, or waive a check by name: --waive NAME --reason TEXT",
         "Mend the release, or pass over each of them with a reason"),
        (r"Waiving (\S+) needs a reason\. Add --reason TEXT", r"Passing over \1 needs a reason. Say why"),
        (r"Shorten it with `distributor release edit-thread`", "Shorten it: “Edit the posts” stands under “What will leave”"),
        (r"`distributor release approve \S+ --as NAME` approves it", "A second person approves it on its page"),
        (r"Say in `alt:` what", "Say what"),
        (r"Add `contacts:` with", "Add one with"),
        (r"out of `languages:`", "out of the languages wanted"),
        (r"`embargo:` say the same", "the embargo say the same"),
        (r"; \"language:\" in the front matter says it for certain", "; correct it below if it is another"),
        (r"Thread on x\b", "Thread on X"),
        (r"\bx part (\d+)", r"post \1"),
        # What has a page of its own, and what has none.
        (r" ?`distributor [a-z ]+ list` shows (?:them|all)\.", ""),
        (r" ?`distributor contacts lists` shows them\.", ""),
        (r"Run `distributor doctor` where DNS answers", "Look again in Health"),
        (r"`distributor doctor` says", "Health says"),
        (r"`distributor doctor`", "see Health"),
        (r"Start (a second|one): `distributor worker`(?: or `distributor up`)?", rf"{_ASK} start \1"),
        (r"\b[Ss]et (?=(?:the four )?DISTRIBUTOR_)", f"{_ASK} set "),
        (rf"(?<=[,;] )(?:{_ASK})", _ASK.replace("Ask", "ask", 1)),
    )
)  # fmt: skip


def page_words(text: str) -> str:
    """Return a sentence of a step as a page says it."""
    for said, shown in _TURNS:
        text = said.sub(shown, text)
    return text
