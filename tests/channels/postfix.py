"""A real Postfix on a free port of this machine, with everything of its own in one folder; as Debian's package installs it.

It takes mail for everybody and puts it into one Maildir, or throws it away. Postfix starts its servers as root only.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_MASTER: Final = Path("/usr/lib/postfix/sbin/master")
_FOLDERS: Final = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")
_SERVICES: Final = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
proxymap  unix  - - n - - proxymap
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
"""
_SETTINGS: Final = """\
compatibility_level = 3.6
myhostname = mx.example.org
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
queue_directory = {home}/queue
data_directory = {home}/data
alias_maps =
local_recipient_maps =
smtpd_peername_lookup = no
smtputf8_enable = yes
message_size_limit = 500000
{transport}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{ {{gone@paper.example = 550 5.1.1 nobody here}},
    {{later@paper.example = 450 4.2.0 greylisted}}, {{barred@paper.example = 554 5.7.1 relay access denied}} }},
    permit_mynetworks, reject
smtpd_sender_restrictions = check_sender_access inline:{{ {{stranger@example.org = 550 5.7.1 not your address}} }}
header_checks = regexp:{home}/header_checks
{tls}
"""
_TO_A_MAILDIR: Final = """\
virtual_mailbox_domains = static:all
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:{nobody}
virtual_gid_maps = static:{nogroup}
"""
_TO_NOWHERE: Final = """\
default_transport = discard:
relay_transport = discard:
"""
_WITH_TLS: Final = """\
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = {certificate}
"""


def why_not_here() -> str:
    """Return what is wanting for a Postfix of our own, "" for nothing."""
    if not _MASTER.exists():
        return "Debian: apt install postfix (when asked, choose “No configuration”)."
    return "" if os.geteuid() == 0 else "Postfix starts as root only: run this as root, as in a container."


class RunningPostfix:
    """One Postfix. `certificate` makes it insist on TLS; `keeps` puts what it takes into a Maildir."""

    def __init__(self, *, certificate: Path | None = None, keeps: bool = True) -> None:
        # Not where pytest keeps its files: Postfix's own user cannot enter there.
        self._home = Path(tempfile.mkdtemp(prefix="postfix-"))
        self._certificate = certificate
        self._keeps = keeps
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]

    @property
    def url(self) -> str:
        """Return the server's address."""
        return f"smtp://localhost:{self.port}" if self._certificate else f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._write_configuration()
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop(signal.SIGTERM)
        shutil.rmtree(self._home, ignore_errors=True)

    def start(self) -> None:
        """Start it, with whatever its queue holds."""
        # A session of its own, so that the end of the master is the end of all that it started.
        self._process = subprocess.Popen(
            # It ends with the tests, however they end.
            ["setpriv", "--pdeathsig", "KILL", _MASTER, "-c", self._home / "etc", "-d"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait_until_up()

    def stop(self, with_signal: signal.Signals) -> None:
        """End it and all that it started."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, with_signal)
            self._process.wait(timeout=10)
            self._process = None

    def mail(self, *, count: int) -> list[EmailMessage]:
        """Return everything in the Maildir once it is so many, by recipient."""
        messages = [message_from_bytes(raw, policy=SMTPUTF8) for raw in self.raw_mail(count=count)]
        return sorted(messages, key=lambda message: str(message["X-Original-To"]))

    def raw_mail(self, *, count: int) -> list[bytes]:
        """Return everything in the Maildir once it is so many, in no order."""
        box = self._home / "mail" / "box" / "new"
        give_up_at = time.monotonic() + 20
        while len(found := list(box.glob("*"))) < count and time.monotonic() < give_up_at:
            time.sleep(0.05)
        return [path.read_bytes() for path in found]

    def forget(self) -> None:
        """Empty the Maildir."""
        for path in (self._home / "mail").glob("box/new/*"):
            path.unlink()

    def _write_configuration(self) -> None:
        self._home.chmod(0o755)
        postfix, nobody = pwd.getpwnam("postfix"), pwd.getpwnam("nobody")
        for name in ("etc", "queue/pid", "data", "mail", *(f"queue/{folder}" for folder in (*_FOLDERS, "maildrop", "public"))):
            (self._home / name).mkdir(parents=True, exist_ok=True)
        for name in ("data", *(f"queue/{folder}" for folder in (*_FOLDERS, "maildrop", "public"))):
            os.chown(self._home / name, postfix.pw_uid, -1)
        os.chown(self._home / "mail", nobody.pw_uid, nobody.pw_gid)
        transport = (_TO_A_MAILDIR if self._keeps else _TO_NOWHERE).format(
            home=self._home, nobody=nobody.pw_uid, nogroup=nobody.pw_gid
        )
        tls = _WITH_TLS.format(certificate=self._copy_certificate()) if self._certificate else ""
        (self._home / "etc" / "main.cf").write_text(_SETTINGS.format(home=self._home, transport=transport, tls=tls))
        (self._home / "etc" / "master.cf").write_text(_SERVICES.format(port=self.port))
        (self._home / "header_checks").write_text("/^Subject: .*buy now/ REJECT 5.7.1 spam\n")

    def _copy_certificate(self) -> Path:
        assert self._certificate is not None
        copy = self._home / "etc" / "tls.pem"
        shutil.copy(self._certificate, copy)
        return copy

    def _wait_until_up(self) -> None:
        give_up_at = time.monotonic() + 15
        while not self._answers():
            assert self._process is not None
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError("Postfix did not start; `postconf -c` on its folder may say why")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=2) as smtp:
                smtp.noop()
        except (OSError, smtplib.SMTPException):
            return False
        return True
