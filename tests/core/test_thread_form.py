"""What goes onto X when the account may not reply to itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from distributor.core.counting import XCounter
from distributor.core.errors import BadInput
from distributor.core.message import ChannelName
from distributor.core.release import Release
from distributor.core.thread_form import ThreadForm, compose_as, counter_of
from tests.core.factories import release
from tests.core.strategies import releases

X = ChannelName.X


@given(releases())
def test_one_post_is_one_post_that_x_takes(drawn: Release) -> None:
    (part,) = compose_as(ThreadForm.POST, replace(drawn, thread=()), channel=X).parts

    assert XCounter().fits(part)


@given(releases())
def test_a_long_post_says_what_the_thread_says_in_one_piece(drawn: Release) -> None:
    written = replace(drawn, thread=())

    (part,) = compose_as(ThreadForm.LONG, written, channel=X).parts

    assert counter_of(ThreadForm.LONG).fits(part)
    assert len(part) >= len(compose_as(ThreadForm.POST, written, channel=X).parts[0].split("\n\n", maxsplit=1)[0]) - 1


def test_the_one_post_is_the_headline_above_the_link() -> None:
    written = replace(release(), headline="Roads are free of mines", link="https://example.org/roads", thread=(), hashtags=())

    assert compose_as(ThreadForm.POST, written, channel=X).parts == ("Roads are free of mines\n\nhttps://example.org/roads",)


def test_what_was_written_by_hand_for_several_posts_becomes_one_long_one() -> None:
    written = replace(release(), thread=("First.", "Second."))

    assert compose_as(ThreadForm.LONG, written, channel=X).parts == ("First.\n\nSecond.",)
    assert compose_as(ThreadForm.THREAD, written, channel=X).parts == ("First.", "Second.")


def test_one_post_that_was_written_by_hand_stays_as_it_is() -> None:
    assert compose_as(ThreadForm.POST, replace(release(), thread=("By hand.",)), channel=X).parts == ("By hand.",)


def test_a_release_without_a_word_is_refused() -> None:
    with pytest.raises(BadInput, match="no text"):
        compose_as(ThreadForm.POST, replace(release(), headline="", link=""), channel=X)
