"""One release in several languages: everybody gets the first of theirs that exists, and for the others it was decided before."""

from __future__ import annotations

import html
from dataclasses import replace

import orjson
import pytest
import urllib3

from distributor.core.audience import Contact
from distributor.core.checks_subject import Severity
from distributor.core.embargo import Embargo
from distributor.core.errors import BadInput, NotFound, RevisionCame, ScheduleRefused
from distributor.core.ids import DispatchId, Language
from distributor.core.release import Paragraph, Release, Span
from distributor.core.report import DispatchState
from distributor.core.translation import Others, Translated
from distributor.flow.count_languages import count_languages
from distributor.ports_releases import StoredRevision
from tests.flow.newsroom import EMAIL, PRESS, RELEASE, Newsroom, X

FR, AR, FI = Language("fr"), Language("ar"), Language("fi")
FRENCH = replace(
    RELEASE,
    language=FR,
    headline="Les champs autour d’une école sont libres",
    body=(Paragraph(text=(Span(text="Les enfants de la vallée vont de nouveau à pied à l’école."),)),),
)
ARABIC = replace(
    RELEASE,
    language=AR,
    headline="الحقول حول المدرسة خالية من الألغام",
    body=(Paragraph(text=(Span(text="يستطيع أطفال الوادي السير إلى المدرسة من جديد."),)),),
)


@pytest.fixture
def people(newsroom: Newsroom) -> Newsroom:
    """Put five readers of several languages on the list."""
    wanted = {"en": ("en",), "fr": ("fr-CH", "en"), "ar": ("ar",), "fi": ("fi",), "nobody-knows": ()}
    contacts = [
        Contact(address=f"{name}@news.example", languages=tuple(Language(code) for code in codes))
        for name, codes in wanted.items()
    ]
    newsroom.service.book.add_to_list(PRESS, contacts, at=newsroom.service.clock.now())
    return newsroom


def translated(newsroom: Newsroom, *translations: Release, others: Others = Others.FALLBACK) -> StoredRevision:
    """Return an approved release with these translations."""
    taker, stored = newsroom.service.taker, newsroom.take_in()
    for one in translations:
        stored = taker.translate(stored.release_id, one, by="Ana Lima")
    if others is not Others.FALLBACK:
        stored = taker.decide_others(stored.release_id, others, by="Ana Lima")
    newsroom.service.approver.approve(stored.release_id, by="Ben Okri", waivers=())
    return newsroom.service.releases.get(stored.release_id)


def languages(newsroom: Newsroom) -> dict[str, str]:
    """Return in which language each address was mailed: the master of the batch that its message came in."""
    found: dict[str, str] = {}
    for message in newsroom.sandbox.log()["messages"]:
        dispatch, _, index = message["custom_args"]["pr_delivery"].partition(".")
        batches = newsroom.service.dispatches.batches(DispatchId(dispatch), EMAIL)
        (batch,) = [one for one in batches if one.start <= int(index) < one.start + one.count]
        found[message["to"].partition("@")[0]] = batch.master.partition("/")[2]
    return found


def test_everybody_gets_the_first_of_their_languages_that_exists(people: Newsroom) -> None:
    plan = people.schedule(translated(people, FRENCH, ARABIC))

    people.work()

    assert languages(people) == {"en": "en", "fr": "fr", "ar": "ar", "fi": "en", "nobody-knows": "en"}
    inbox = urllib3.request("GET", f"{people.sandbox.url}/").data.decode()
    assert all(html.escape(text.headline) in inbox for text in (RELEASE, FRENCH, ARABIC))
    assert people.states(plan.dispatch) == {"accepted": 5}


def test_whom_nobody_translated_for_can_be_left_out(people: Newsroom) -> None:
    """Of whom no language is known is not left out: that says nothing about what they read."""
    people.schedule(translated(people, FRENCH, others=Others.LEAVE_OUT))

    people.work()

    assert languages(people) == {"en": "en", "fr": "fr", "nobody-knows": "en"}


def test_or_keeps_the_dispatch_from_being_prepared(people: Newsroom) -> None:
    stored = translated(people, FRENCH, others=Others.HOLD)

    with pytest.raises(BadInput, match="2 people read none"):
        people.schedule(stored)

    (dispatch,) = people.service.dispatches.all()
    assert people.status(dispatch).state is DispatchState.CANCELLED
    people.work()
    assert people.received() == []


def test_the_counts_are_there_before_anybody_approves(people: Newsroom) -> None:
    stored = people.service.taker.translate(people.take_in().release_id, FRENCH, by="Ana Lima")

    counts = count_languages(stored, [PRESS], book=people.service.book)

    assert counts.by_language == (("en", 4), ("fr", 1))
    assert counts.none_of_them == 2
    assert str(counts) == "4 in en, 1 in fr; 2 who read none of them get it in the release's own language"


def test_a_translation_voids_the_approval_and_is_sealed(people: Newsroom) -> None:
    stored = people.approved()
    before = people.service.releases.approved_seal(stored.release_id)

    people.service.taker.translate(stored.release_id, FRENCH, by="Ana Lima")

    assert people.service.releases.approved_seal(stored.release_id) == ""
    with pytest.raises(ScheduleRefused, match="not approved"):
        people.schedule(stored)
    people.service.approver.approve(stored.release_id, by="Ben Okri", waivers=())
    assert people.service.releases.approved_seal(stored.release_id) not in {"", before}


def test_what_is_decided_for_the_others_is_sealed(people: Newsroom) -> None:
    stored = people.approved()
    before = people.service.releases.approved_seal(stored.release_id)

    people.service.taker.decide_others(stored.release_id, Others.LEAVE_OUT, by="Ana Lima")
    people.service.approver.approve(stored.release_id, by="Ben Okri", waivers=())

    assert people.service.releases.approved_seal(stored.release_id) != before


def test_a_later_translation_replaces_the_one_of_its_language(people: Newsroom) -> None:
    stored = translated(people, FRENCH, replace(FRENCH, headline="Mieux dit"), ARABIC)

    assert [(one.language, one.headline) for one in stored.translations] == [(AR, ARABIC.headline), (FR, "Mieux dit")]


def test_a_new_text_leaves_translations_of_the_old_one_behind(people: Newsroom) -> None:
    stored = translated(people, FRENCH)

    revised = people.take_in(replace(RELEASE, headline="Rewritten"), revises=stored)

    assert revised.translations == ()


@pytest.mark.parametrize(
    "coming", [RELEASE, replace(FRENCH, embargo=Embargo(local=None))], ids=["its own language", "another embargo"]
)
def test_what_is_no_translation_is_refused(people: Newsroom, coming: Release) -> None:
    stored = people.take_in()

    with pytest.raises(BadInput):
        people.service.taker.translate(stored.release_id, coming, by="Ana Lima")

    assert people.service.releases.get(stored.release_id).revision == stored.revision


def test_a_translation_takes_contacts_and_link_from_the_release(people: Newsroom) -> None:
    stored = translated(people, replace(FRENCH, contacts=(), link=""))

    english, french = stored.in_all_languages
    assert (french.contacts, french.link) == (english.contacts, english.link)


def test_a_check_that_one_language_fails_names_it(people: Newsroom) -> None:
    service = people.service
    stored = service.taker.translate(people.take_in().release_id, replace(FRENCH, headline="Très long " * 20), by="Ana Lima")

    results = service.check(stored, service.compose(stored), service.clock.now())

    failing = [result for result in results if not result.passed]
    assert any(result.message.startswith("fr: ") for result in failing)
    assert all(result.severity in Severity for result in failing)


def test_an_account_posts_in_its_own_language(redis_url: str, people: Newsroom) -> None:
    folder = people.service.settings.data_dir.parent
    french_account = Newsroom(redis_url, people.sandbox, folder, DISTRIBUTOR_X__LANGUAGE="fr")
    stored = translated(french_account, FRENCH)

    french_account.schedule(stored, channels=(X,), lists=())
    french_account.work()

    posts = people.sandbox.log()["posts"]
    assert FRENCH.headline.partition("’")[0] in posts[0]["text"]
    french_account.service.close()


def test_what_was_stored_before_there_were_translations_is_read(people: Newsroom) -> None:
    """An older envelope has neither field."""
    stored = people.take_in()
    key = f"release:{{{stored.release_id}}}:revisions"
    shape = orjson.loads(people.service.client.lindex(key, 0) or b"")
    del shape["value"]["translations"], shape["value"]["others"]
    people.service.client.lset(key, 0, orjson.dumps(shape).decode())

    read = people.service.releases.get(stored.release_id)

    assert (read.content, read.translations, read.others) == (stored.content, (), Others.FALLBACK)


def test_translations_stay_with_a_changed_text_when_somebody_says_so(people: Newsroom) -> None:
    taker, stored = people.service.taker, people.take_in()
    stored = taker.translate(stored.release_id, replace(FRENCH, embargo=stored.content.embargo), by="Ana Lima")
    later = replace(stored.content, embargo=Embargo(local=None))

    kept = taker.take_in(later, by="Ana Lima", revises=stored.release_id, translated=Translated.KEPT)
    left = taker.take_in(replace(later, headline="Rewritten"), by="Ana Lima", revises=stored.release_id)

    assert [(one.language, one.embargo) for one in kept.translations] == [(FR, None)]
    assert left.translations == ()


def test_a_translation_can_be_withdrawn_and_the_earlier_revision_keeps_it(people: Newsroom) -> None:
    taker, stored = people.service.taker, people.take_in()
    stored = taker.translate(stored.release_id, FRENCH, by="Ana Lima")

    without = taker.withdraw_translation(stored.release_id, FR, by="Ana Lima")

    assert (without.revision, without.translations) == (3, ())
    assert people.service.releases.get(stored.release_id, 2).translations == (FRENCH,)
    with pytest.raises(NotFound):
        taker.withdraw_translation(stored.release_id, FR, by="Ana Lima")


def test_a_translation_of_what_somebody_has_changed_meanwhile_is_refused(people: Newsroom) -> None:
    taker, stored = people.service.taker, people.take_in()
    taker.take_in(replace(RELEASE, headline="Rewritten"), by="Eva", revises=stored.release_id)

    with pytest.raises(RevisionCame):
        taker.translate(stored.release_id, FRENCH, by="Ana Lima", after=stored.revision)
    assert people.service.releases.get(stored.release_id).translations == ()
