"""Count, before anybody approves, how many people would get a release in which language, and how many read none of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from distributor.core.ids import Language, ListName, MasterKey
from distributor.core.plan import choose_language
from distributor.core.translation import Others, is_served
from distributor.ports import ContactBook
from distributor.ports_releases import StoredRevision


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageCounts:
    """Who gets it in which language; suppressed people are counted, too, for they may be let in again."""

    by_language: tuple[tuple[Language, int], ...]
    #: Those who read none of the languages, and what becomes of them.
    none_of_them: int
    others: Others

    def __str__(self) -> str:
        counts = ", ".join(f"{count:,} in {language}" for language, count in self.by_language)
        if not self.none_of_them:
            return counts
        fate = {
            Others.FALLBACK: "get it in the release's own language",
            Others.LEAVE_OUT: "are left out",
            Others.HOLD: "keep the dispatch from being prepared",
        }
        return f"{counts}; {self.none_of_them:,} who read none of them {fate[self.others]}"


def count_languages(stored: StoredRevision, lists: Sequence[ListName], *, book: ContactBook) -> LanguageCounts:
    """Return the counts for the people of these lists and filters, each person once.

    Raises:
        NotFound: a list does not exist.
    """
    languages = [text.language for text in stored.in_all_languages]
    present = {language: MasterKey(language) for language in languages}
    counts: Counter[str] = Counter(dict.fromkeys(languages, 0))
    none_of_them = 0
    for _, _, wanted in book.routes(book.members(lists)):
        if not is_served(wanted, languages):
            none_of_them += 1
            if stored.others is not Others.FALLBACK:
                continue
        counts[choose_language(wanted, present=present, fallback=MasterKey(languages[0]))] += 1
    by_language = tuple((language, counts[language]) for language in languages)
    return LanguageCounts(by_language=by_language, none_of_them=none_of_them, others=stored.others)
