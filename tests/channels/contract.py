"""What a channel is: every adapter is run through this, against the sandbox, with its real SDK.

A new channel is added to `providers.EVERY` and to test_contract, and has no exceptions but its declared flags.
"""

from __future__ import annotations

import logging
import socket
from typing import ClassVar, cast

import pytest

from distributor.core.errors import NotSent, OutcomeUnknown, Rejected, SendFailure
from distributor.ports import Accepted, Channel
from distributor.sandbox.serve import RunningSandbox
from tests.channels.material import DISPATCH, LINKS, leave_to_send, people
from tests.channels.providers import Provider

#: Fault of the sandbox: whether it accepts, and what the channel must make of it.
_FAULTS = [
    ("429", False, NotSent),
    ("500", False, OutcomeUnknown),
    ("503", False, OutcomeUnknown),
    ("500-after-accept", True, OutcomeUnknown),
    ("cut-after-accept", True, OutcomeUnknown),
    ("cut-before-accept", False, OutcomeUnknown),
    ("garbage-2xx", True, OutcomeUnknown),
    ("reset", False, OutcomeUnknown),
]


class ChannelContract:
    """Subclass with a provider."""

    provider: ClassVar[Provider]

    @pytest.fixture
    def channel(self, sandbox: RunningSandbox) -> Channel:
        """The channel, turned to the sandbox."""
        return self.provider.channel(sandbox.url)

    def send(self, channel: Channel, *, count: int = 1, staged: bytes | None = None) -> Accepted:
        """Send one batch."""
        return channel.send(
            leave_to_send(),
            frame=channel.frame(self.provider.master),
            staged=self.provider.staged(channel, count=count) if staged is None else staged,
            reply_to=None,
        )

    def accepted(self, sandbox: RunningSandbox) -> int:
        """Return how many messages or posts the provider took."""
        summary = sandbox.summary()
        return cast("int", summary["messages"]) + cast("int", summary["posts"])

    def sends(self, sandbox: RunningSandbox) -> int:
        """Return how many requests to send something came."""
        method, _, path = self.provider.route.partition(" ")
        requests = cast("list[dict[str, object]]", sandbox.log()["requests"])
        return sum((request["method"], request["path"]) == (method, path) for request in requests)

    def test_what_is_staged_is_accepted_once_with_a_remote_id(self, channel: Channel, sandbox: RunningSandbox) -> None:
        accepted = self.send(channel, count=3)

        assert accepted.remote_id
        assert self.accepted(sandbox) == (3 if self.provider.is_batched else 1)
        assert sandbox.summary()["messages_with_several_recipients"] == 0

    def test_a_full_batch_goes_in_one_request(self, channel: Channel, sandbox: RunningSandbox) -> None:
        self.send(channel, count=channel.batch_size)

        assert self.sends(sandbox) == 1
        assert self.accepted(sandbox) == channel.batch_size

    def test_frames_and_batches_are_the_same_bytes_every_time(self, channel: Channel) -> None:
        """The seal covers the frame, and a batch staged again after a crash must be the one that was staged before."""
        again = self.provider.channel("http://127.0.0.1:1")

        assert channel.frame(self.provider.master) == again.frame(self.provider.master)
        assert self.provider.staged(channel, count=9) == self.provider.staged(again, count=9)

    def test_a_master_of_another_channel_is_refused(self, channel: Channel) -> None:
        with pytest.raises(TypeError):
            channel.frame(self.provider.foreign)

    def test_a_batch_without_its_people_is_empty_and_is_not_sent(self, channel: Channel, sandbox: RunningSandbox) -> None:
        nobody = channel.without(self.provider.staged(channel), frozenset({0}))

        with pytest.raises(NotSent):
            self.send(channel, staged=nobody)

        assert nobody == b""
        assert self.sends(sandbox) == 0

    def test_leaving_nobody_out_leaves_everybody_in(self, channel: Channel, sandbox: RunningSandbox) -> None:
        whole = channel.without(self.provider.staged(channel, count=3), frozenset())

        self.send(channel, staged=whole)

        assert self.accepted(sandbox) == (3 if self.provider.is_batched else 1)

    def test_those_left_out_get_nothing(self, channel: Channel, sandbox: RunningSandbox) -> None:
        """Somebody unsubscribes between staging and the lift."""
        if not self.provider.is_batched:
            pytest.skip("a part has no recipients")
        staged = channel.stage(dispatch=DISPATCH, master=self.provider.master, recipients=people(4), links=LINKS)

        self.send(channel, staged=channel.without(staged, frozenset({0, 2})))

        messages = cast("list[dict[str, str]]", sandbox.log()["messages"])
        assert [message["to"] for message in messages] == [people(4)[index].address for index in (1, 3)]

    @pytest.mark.parametrize(("kind", "is_accepted", "failure"), _FAULTS, ids=[fault[0] for fault in _FAULTS])
    def test_a_fault_ends_in_its_word_and_nothing_is_sent_again(
        self, channel: Channel, sandbox: RunningSandbox, kind: str, is_accepted: bool, failure: type[SendFailure]
    ) -> None:
        """Three of these look alike and differ in whether people have the message: only "unknown" is true of all."""
        self.send_warm(channel, sandbox)
        sandbox.play({"provider": self.provider.name, "kind": kind, "next": 1})

        with pytest.raises(failure) as raised:
            self.send(channel)

        assert type(raised.value) is failure
        assert self.accepted(sandbox) == is_accepted
        assert self.sends(sandbox) <= 1

    def send_warm(self, channel: Channel, sandbox: RunningSandbox) -> None:
        """Open the connections first, as arming does: a reset must hit a kept-alive connection too."""
        channel.open()
        assert self.accepted(sandbox) == 0

    def test_a_busy_provider_says_how_long_to_wait(self, channel: Channel, sandbox: RunningSandbox) -> None:
        sandbox.play({"provider": self.provider.name, "kind": "429", "next": 1, "retry_after": 7})

        with pytest.raises(NotSent) as raised:
            self.send(channel)

        assert raised.value.retry_after is not None
        assert 5 <= raised.value.retry_after.total_seconds() <= 8
        assert not raised.value.needs_staff

    def test_an_answer_that_comes_too_late_is_unknown(self, sandbox: RunningSandbox) -> None:
        channel = self.provider.channel(sandbox.url, read_timeout_s=0.2)
        sandbox.play({"provider": self.provider.name, "kind": "slow", "seconds": 1.5, "next": 1})

        with pytest.raises(OutcomeUnknown):
            self.send(channel)

        assert self.accepted(sandbox) == 1

    def test_without_a_server_nothing_is_sent(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        channel = self.provider.channel(f"http://127.0.0.1:{port}")

        with pytest.raises(NotSent):
            self.send(channel)
        with pytest.raises(NotSent):
            channel.open()

        (finding,) = channel.diagnose()
        assert not finding.passed
        assert finding.remedy

    def test_a_wrong_credential_stops_for_staff(self, sandbox: RunningSandbox) -> None:
        channel = self.provider.channel(sandbox.url, is_wrong=True)

        with pytest.raises(NotSent) as sending:
            self.send(channel)
        with pytest.raises(NotSent) as opening:
            channel.open()

        assert sending.value.needs_staff
        assert opening.value.needs_staff
        findings = {finding.name.partition(".")[2]: finding for finding in channel.diagnose()}
        assert findings["reachable"].passed
        assert not findings["credentials"].passed
        assert findings["credentials"].remedy

    def test_a_diagnosis_passes_and_sends_nothing(self, channel: Channel, sandbox: RunningSandbox) -> None:
        findings = channel.diagnose()

        assert len(findings) == 2
        assert all(finding.passed for finding in findings)
        assert self.sends(sandbox) == 0

    def test_a_closed_channel_can_be_closed_again(self, channel: Channel) -> None:
        channel.open()

        channel.close()
        channel.close()

    def test_failures_and_logs_keep_secrets_and_the_embargo(
        self, channel: Channel, sandbox: RunningSandbox, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The SDKs print keys and bodies at DEBUG, and providers quote requests in their refusals."""
        caplog.set_level(logging.DEBUG)
        for name in list(logging.root.manager.loggerDict):
            caplog.set_level(logging.DEBUG, logger=name)
        channel.open()
        self.send(channel)
        said = []
        for kind in ("cut-before-accept", "429", "500", "garbage-2xx"):
            sandbox.play({"provider": self.provider.name, "kind": kind, "next": 1})
            with pytest.raises(SendFailure) as raised:
                self.send(channel)
            said += [str(raised.value), repr(raised.value)]

        told = caplog.text + " ".join(said)
        assert [secret for secret in self.provider.secrets if secret in told] == []

    def test_a_refusal_names_no_text_and_says_whether_halves_may_pass(self, channel: Channel, sandbox: RunningSandbox) -> None:
        if not self.provider.is_batched:
            pytest.skip("a part cannot be halved")
        twice = self.provider.staged(channel)
        del sandbox

        with pytest.raises(Rejected) as raised:
            self.send(channel, staged=twice + b"," + twice)

        assert raised.value.is_divisible
        assert "reporter0" not in str(raised.value)
