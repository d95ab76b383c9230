"""What a channel is: every adapter is run through this, against the sandbox, with its real SDK.

A new channel is added to `providers.EVERY` and to test_contract, and has no exceptions but its declared flags.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from typing import Any, ClassVar, Protocol, cast

import pytest

from distributor.core.errors import NotSent, OutcomeUnknown, Rejected, SendFailure
from distributor.ports import Accepted, Channel
from distributor.sandbox.serve import RunningSandbox
from tests.channels.material import DISPATCH, LINKS, leave_to_send, people
from tests.channels.providers import Fault, Provider


class Counterpart(Protocol):
    """What the channel talks to: the sandbox, or another server of the same shape."""

    @property
    def url(self) -> str:
        """Return its address."""
        ...

    def summary(self) -> dict[str, Any]:
        """Count what was taken."""
        ...

    def log(self) -> dict[str, Any]:
        """Return what was asked and what was taken."""
        ...

    def play(self, *rules: dict[str, object]) -> None:
        """Fail by these rules from now on."""
        ...


class ChannelContract:
    """Subclass with a provider."""

    provider: ClassVar[Provider]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Give `fault` every fault of the provider."""
        if "fault" in metafunc.fixturenames:
            metafunc.parametrize("fault", self.provider.faults, ids=[kind for kind, *_ in self.provider.faults])

    @pytest.fixture
    def counterpart(self, sandbox: RunningSandbox) -> Counterpart:
        """Who is at the other end; the sandbox unless a subclass says otherwise."""
        return sandbox

    @pytest.fixture
    def channel(self, counterpart: Counterpart) -> Iterator[Channel]:
        """The channel, turned to the counterpart."""
        channel = self.provider.channel(counterpart.url)
        yield channel
        channel.close()

    def send(self, channel: Channel, *, count: int = 1, staged: bytes | None = None) -> Accepted:
        """Send one batch."""
        return channel.send(
            leave_to_send(),
            frame=channel.frame(self.provider.master),
            staged=self.provider.staged(channel, count=count) if staged is None else staged,
            reply_to=None,
        )

    def accepted(self, counterpart: Counterpart) -> int:
        """Return how many messages or posts the provider took."""
        summary = counterpart.summary()
        return cast("int", summary["messages"]) + cast("int", summary["posts"])

    def sends(self, counterpart: Counterpart) -> int:
        """Return how many requests to send something came."""
        method, _, path = self.provider.route.partition(" ")
        requests = cast("list[dict[str, object]]", counterpart.log()["requests"])
        return sum((request["method"], request["path"]) == (method, path) for request in requests)

    def test_what_is_staged_is_accepted_once_with_a_remote_id(self, channel: Channel, counterpart: Counterpart) -> None:
        accepted = self.send(channel, count=3)

        assert accepted.remote_id
        assert self.accepted(counterpart) == (3 if self.provider.is_batched else 1)
        assert counterpart.summary()["messages_with_several_recipients"] == 0

    def test_a_full_batch_goes_in_one_request(self, channel: Channel, counterpart: Counterpart) -> None:
        self.send(channel, count=channel.batch_size)

        assert self.sends(counterpart) == (1 if self.provider.sends_whole else channel.batch_size)
        assert self.accepted(counterpart) == channel.batch_size

    def test_frames_and_batches_are_the_same_bytes_every_time(self, channel: Channel) -> None:
        """The seal covers the frame, and a batch staged again after a crash must be the one that was staged before."""
        again = self.provider.channel("http://127.0.0.1:1")

        assert channel.frame(self.provider.master) == again.frame(self.provider.master)
        assert self.provider.staged(channel, count=9) == self.provider.staged(again, count=9)

    def test_a_master_of_another_channel_is_refused(self, channel: Channel) -> None:
        with pytest.raises(TypeError):
            channel.frame(self.provider.foreign)

    def test_a_batch_without_its_people_is_empty_and_is_not_sent(self, channel: Channel, counterpart: Counterpart) -> None:
        nobody = channel.without(self.provider.staged(channel), frozenset({0}))

        with pytest.raises(NotSent):
            self.send(channel, staged=nobody)

        assert nobody == b""
        assert self.sends(counterpart) == 0

    def test_leaving_nobody_out_leaves_everybody_in(self, channel: Channel, counterpart: Counterpart) -> None:
        whole = channel.without(self.provider.staged(channel, count=3), frozenset())

        self.send(channel, staged=whole)

        assert self.accepted(counterpart) == (3 if self.provider.is_batched else 1)

    def test_those_left_out_get_nothing(self, channel: Channel, counterpart: Counterpart) -> None:
        """Somebody unsubscribes between staging and the lift."""
        if not self.provider.is_batched:
            pytest.skip("a part has no recipients")
        staged = channel.stage(dispatch=DISPATCH, master=self.provider.master, recipients=people(4), links=LINKS)

        self.send(channel, staged=channel.without(staged, frozenset({0, 2})))

        messages = cast("list[dict[str, str]]", counterpart.log()["messages"])
        assert [message["to"] for message in messages] == [people(4)[index].address for index in (1, 3)]

    def test_a_fault_ends_in_its_word_and_nothing_is_sent_again(
        self, channel: Channel, counterpart: Counterpart, fault: Fault
    ) -> None:
        """Some of these look alike and differ in whether people have the message: only "unknown" is true of all."""
        kind, is_accepted, failure = fault
        self.send_warm(channel, counterpart)
        counterpart.play({"provider": self.provider.name, "kind": kind, "next": 1})

        with pytest.raises(failure) as raised:
            self.send(channel)

        assert type(raised.value) is failure
        assert self.accepted(counterpart) == is_accepted
        assert self.sends(counterpart) <= 1

    def send_warm(self, channel: Channel, counterpart: Counterpart) -> None:
        """Open the connections first, as arming does: a reset must hit a kept-alive connection too."""
        channel.open()
        assert self.accepted(counterpart) == 0

    def test_a_busy_provider_says_how_long_to_wait(self, channel: Channel, counterpart: Counterpart) -> None:
        if not self.provider.says_how_long:
            pytest.skip("this provider's refusals name no time")
        counterpart.play({"provider": self.provider.name, "kind": "429", "next": 1, "retry_after": 7})

        with pytest.raises(NotSent) as raised:
            self.send(channel)

        assert raised.value.retry_after is not None
        assert 5 <= raised.value.retry_after.total_seconds() <= 8
        assert not raised.value.needs_staff

    def test_an_answer_that_comes_too_late_is_unknown(self, counterpart: Counterpart) -> None:
        channel = self.provider.channel(counterpart.url, read_timeout_s=0.2)
        counterpart.play({"provider": self.provider.name, "kind": "slow", "seconds": 1.5, "next": 1})

        with pytest.raises(OutcomeUnknown):
            self.send(channel)

        assert self.accepted(counterpart) == 1

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

    def test_a_wrong_credential_stops_for_staff(self, counterpart: Counterpart) -> None:
        channel = self.provider.channel(counterpart.url, is_wrong=True)

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

    def test_a_diagnosis_passes_and_sends_nothing(self, channel: Channel, counterpart: Counterpart) -> None:
        findings = channel.diagnose()

        assert len(findings) >= 2
        assert all(finding.passed for finding in findings)
        assert self.sends(counterpart) == 0

    def test_a_closed_channel_can_be_closed_again(self, channel: Channel) -> None:
        channel.open()

        channel.close()
        channel.close()

    def test_failures_and_logs_keep_secrets_and_the_embargo(
        self, channel: Channel, counterpart: Counterpart, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The SDKs print keys and bodies at DEBUG, and providers quote requests in their refusals."""
        caplog.set_level(logging.DEBUG)
        for name in list(logging.root.manager.loggerDict):
            caplog.set_level(logging.DEBUG, logger=name)
        channel.open()
        self.send(channel)
        said = []
        for kind, *_ in self.provider.faults:
            counterpart.play({"provider": self.provider.name, "kind": kind, "next": 1})
            with pytest.raises(SendFailure) as raised:
                self.send(channel)
            said += [str(raised.value), repr(raised.value)]

        told = caplog.text + " ".join(said)
        assert [secret for secret in self.provider.secrets if secret in told] == []

    def test_a_refusal_names_no_text_and_says_whether_halves_may_pass(self, channel: Channel, counterpart: Counterpart) -> None:
        if not (self.provider.is_batched and self.provider.sends_whole):
            pytest.skip("what goes out one by one is refused one by one")
        twice = self.provider.staged(channel)
        del counterpart

        with pytest.raises(Rejected) as raised:
            self.send(channel, staged=twice + b"," + twice)

        assert raised.value.is_divisible
        assert "reporter0" not in str(raised.value)
