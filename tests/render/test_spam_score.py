"""What Debian's SpamAssassin thinks of the e-mail in each language. Network tests are off: they judge senders, not mails."""

from __future__ import annotations

import contextlib
import mailbox
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import absent
from tests.render.mails import LANGUAGES, message_of

MOST_POINTS: Final = 1.0
_STATUS: Final = re.compile(r"score=(-?[0-9.]+).*?tests=(\S*)")


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[float, str]]:
    """Return points and rules by language. One process looks at all mails: it takes a second to start."""
    program = shutil.which("spamassassin") or absent("SpamAssassin", remedy="Debian: apt install spamassassin.")
    folder = tmp_path_factory.mktemp("spam")
    box = mailbox.mbox(folder / "mails.mbox")
    for language in LANGUAGES:
        box.add(message_of(language).replace(b"\r\n", b"\n"))
    box.close()
    preferences = folder / "user_prefs"
    preferences.write_text("report_safe 0\nuse_bayes 0\nuse_auto_whitelist 0\n", "utf-8")
    judged = subprocess.run(
        [program, "--local", "--mbox", "--prefspath", str(preferences), "--siteconfigpath", "/etc/spamassassin"],
        input=(folder / "mails.mbox").read_bytes(), capture_output=True, check=True, env=_environment(folder), timeout=120,
    )  # fmt: skip
    (folder / "judged.mbox").write_bytes(judged.stdout)
    with contextlib.closing(mailbox.mbox(folder / "judged.mbox")) as answers:
        found = [_verdict(str(mail["X-Spam-Status"])) for mail in answers]
    return dict(zip(LANGUAGES, found, strict=True))


def _environment(folder: Path) -> dict[str, str]:
    # A home of its own, so that nothing that somebody's mail taught it decides here.
    return {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}


def _verdict(status: str) -> tuple[float, str]:
    found = _STATUS.search(" ".join(status.split()))
    assert found is not None, status
    return float(found[1]), found[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_looks_like_no_spam(verdicts: dict[str, tuple[float, str]], language: str) -> None:
    points, rules = verdicts[language]

    assert points <= MOST_POINTS, rules
    assert "HTML_MESSAGE" in rules, "SpamAssassin has looked at nothing"
