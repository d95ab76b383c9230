"""What Debian's SpamAssassin thinks of the e-mail in each language. Network tests are off: they judge senders, not mails."""

from __future__ import annotations

import contextlib
import mailbox
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.conftest import absent
from tests.render.mails import LANGUAGES, message_of

MOST_POINTS: Final = 1.0
#: What every filter takes for spam, so that one can see that it is awake (https://spamassassin.apache.org/gtube/).
GTUBE: Final = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
_STATUS: Final = re.compile(r"score=(-?[0-9.]+) required=\S+ tests=(.*?) autolearn=")
#: Ours, for SpamAssassin gives the mails of a box back in an order of its own.
_NAME: Final = "X-Sample"
#: How it came, as the reporter's server writes on top. Without it half of the tests of headers look at nothing.
_RECEIVED: Final = (
    b"Return-Path: <press@bridges.example.org>\n"
    b"Received: from mail.bridges.example.org (mail.bridges.example.org [203.0.113.10])\n"
    b"\tby mx.paper.example.net (Postfix) with ESMTPS id 4F2B61C0A7\n"
    b"\tfor <ana.lima@paper.example.net>; Mon, 01 Mar 2027 09:00:01 +0000\n"
)
_SETTINGS: Final = """\
report_safe 0
use_bayes 0
use_auto_welcomelist 0
# The server's address is one for examples (RFC 5737), which no real server has.
score RCVD_ILLEGAL_IP 0
"""


class Verdict(NamedTuple):
    """The sum, and the rules that it comes from."""

    points: float
    rules: str


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    """Return what SpamAssassin says, by language. One process looks at all mails: it takes a second to start."""
    program = shutil.which("spamassassin") or absent("SpamAssassin", remedy="Debian: apt install spamassassin.")
    folder = tmp_path_factory.mktemp("spam")
    mails = {language: message_of(language) for language in LANGUAGES}
    mails["spam"] = mails["en"].replace(b"My daughter counted", GTUBE + b"\r\nMy daughter counted", 1)
    box = mailbox.mbox(folder / "mails.mbox")
    for name, mail in mails.items():
        box.add(_RECEIVED + f"{_NAME}: {name}\n".encode() + mail.replace(b"\r\n", b"\n"))
    box.close()
    judged = subprocess.run(
        [program, "--local", "--mbox", "--siteconfigpath", str(_configuration(folder))],
        input=(folder / "mails.mbox").read_bytes(),
        # A home of its own, so that nothing that somebody's mail taught it decides here.
        capture_output=True, check=True, env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}, timeout=120,
    )  # fmt: skip
    (folder / "judged.mbox").write_bytes(judged.stdout)
    with contextlib.closing(mailbox.mbox(folder / "judged.mbox")) as answers:
        return {str(mail[_NAME]): _verdict(str(mail["X-Spam-Status"])) for mail in answers}


def _configuration(folder: Path) -> Path:
    """Return a folder with the plugins that Debian switches on, and with none of this machine's settings."""
    site = folder / "site"
    site.mkdir()
    for plugins in Path("/etc/spamassassin").glob("*.pre"):
        shutil.copy(plugins, site)
    (site / "local.cf").write_text(_SETTINGS, "utf-8")
    return site


def _verdict(status: str) -> Verdict:
    found = _STATUS.search(" ".join(status.split()))
    assert found is not None, status
    return Verdict(points=float(found[1]), rules=found[2])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_looks_like_no_spam(verdicts: dict[str, Verdict], language: str) -> None:
    points, rules = verdicts[language]

    assert points <= MOST_POINTS, rules
    assert "HTML_MESSAGE" in rules, "SpamAssassin has looked at nothing"


def test_the_filter_is_awake(verdicts: dict[str, Verdict]) -> None:
    points, rules = verdicts["spam"]

    assert points > 100
    assert "GTUBE" in rules
