"""What steps say in the words of commands reads in the words of pages where it is shown on one."""

import re

import pytest

from distributor.core.checks import CHECKS, Check
from distributor.render.page_words import page_words

#: What only a terminal understands: an option, a command in backticks, a key of the front matter.
_OF_COMMANDS = re.compile(r"--[a-z]|`|\b[A-Z]{4,} TEXT\b")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_no_remedy_of_a_check_names_a_command_on_a_page(check: Check) -> None:
    assert not _OF_COMMANDS.search(page_words(check.remedy))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "The embargo is over already. Mend the embargo, or schedule with a later --lift.",
            "The embargo is over already. Mend the embargo, or choose a later time when scheduling.",
        ),
        (
            "Mend the release, or waive a check by name: --waive NAME --reason TEXT.",
            "Mend the release, or pass over each of them with a reason.",
        ),
        ("Waiving placeholder needs a reason. Add --reason TEXT.", "Passing over placeholder needs a reason. Say why."),
        ("There is no release r2. `distributor release list` shows them.", "There is no release r2."),
        ("Channel x is not set up; `distributor doctor` says what is missing.",
         "Channel x is not set up; Health says what is missing."),
        ("Set DISTRIBUTOR_SENDER__EMAIL.", "Ask whoever runs Distributor here to set DISTRIBUTOR_SENDER__EMAIL."),
        ("Start one: `distributor worker` or `distributor up`.", "Ask whoever runs Distributor here to start one."),
        (
            "Approve the release again as one post (--form post, or --form long; X__FORM says so), or leave out --channel x.",
            "Approve the release again as one post, or leave the thread out.",
        ),
        ("Too long: x part 2 (300 of 280).", "Too long: post 2 (300 of 280)."),
    ],
)  # fmt: skip
def test_sentences_of_steps_say_what_one_can_do_on_a_page(said: str, shown: str) -> None:
    assert page_words(said) == shown


@pytest.mark.parametrize("text", ["", "Run `make` with --lift-off at noon.", "We set DISTANCES; leave out nothing."])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert page_words(text) == text
