"""Posts by hand belong to the text that the account posts, and leave everything else as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from distributor.core.errors import BadInput, RevisionCame
from distributor.core.ids import Language
from distributor.sandbox.serve import RunningSandbox
from tests.flow.newsroom import RELEASE, Newsroom, with_headline

FRENCH = replace(RELEASE, headline="Les champs autour de l’école sont libres", language=Language("fr"))


def test_an_account_that_posts_in_another_language_gets_the_posts_of_that_text(
    newsroom: Newsroom, redis_url: str, running_sandbox: RunningSandbox, tmp_path: Path
) -> None:
    desk = Newsroom(redis_url, running_sandbox, tmp_path, DISTRIBUTOR_X__LANGUAGE="fr")
    stored = desk.service.taker.translate(desk.take_in().release_id, FRENCH, by="Ana Lima")
    writer = desk.service.thread_writer

    saved = writer.write(stored, ["Les champs sont libres."], by="Eda Writes")

    assert writer.language(saved) == "fr"
    assert (saved.content.thread, saved.translations[0].thread) == ((), ("Les champs sont libres.",))
    assert saved.translations[0].headline == FRENCH.headline
    assert writer.thread_of(saved).parts == ("Les champs sont libres.",)
    desk.service.close()


def test_a_revision_that_came_meanwhile_is_not_overwritten(newsroom: Newsroom) -> None:
    stored = newsroom.take_in()
    newsroom.take_in(with_headline("Another headline"), revises=stored)

    with pytest.raises(RevisionCame):
        newsroom.service.thread_writer.write(stored, ["By hand."], by="Eda Writes")

    assert newsroom.service.releases.get(stored.release_id).revision == 2


def test_the_same_posts_again_are_the_same_revision(newsroom: Newsroom) -> None:
    stored, writer = newsroom.take_in(), newsroom.service.thread_writer

    assert writer.write(stored, writer.composed(stored), by="Eda Writes") == stored
    with pytest.raises(BadInput, match="281 of 280"):
        writer.write(stored, ["x" * 281], by="Eda Writes")
