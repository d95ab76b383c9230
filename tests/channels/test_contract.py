"""Every channel keeps the contract."""

from __future__ import annotations

import pytest

from tests.channels.contract import ChannelContract, Counterpart
from tests.channels.mail_server import MailServer
from tests.channels.providers import EVERY, SENDGRID, SMTP, X


class TestSendGrid(ChannelContract):
    provider = SENDGRID


class TestX(ChannelContract):
    provider = X


class TestSmtp(ChannelContract):
    provider = SMTP

    @pytest.fixture
    def counterpart(self, mail_server: MailServer) -> Counterpart:
        """A mail server instead of the sandbox."""
        return mail_server


def test_every_channel_is_under_the_contract() -> None:
    assert {kind.provider for kind in ChannelContract.__subclasses__()} == set(EVERY)
