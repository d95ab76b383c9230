"""The command line as a person uses it: real processes, an embedded Redis, the sandbox behind the SDKs."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distributor.sandbox.serve import RunningSandbox


class Terminal:
    """A folder with settings in the environment, in which commands are run."""

    def __init__(self, folder: Path, environ: Mapping[str, str], sandbox: RunningSandbox) -> None:
        account = sandbox.settings
        self.folder = folder
        self.sandbox = sandbox
        self.web_port = free_port()
        self.environ = {
            **environ,
            "DISTRIBUTOR_DATA_DIR": str(folder / "var"),
            "DISTRIBUTOR_WEB__PORT": str(self.web_port),
            "DISTRIBUTOR_PUBLIC_URL": f"http://127.0.0.1:{self.web_port}",
            "DISTRIBUTOR_SENDER__EMAIL": "press@campaign.example",
            "DISTRIBUTOR_SENDER__NAME": "Press Desk",
            "DISTRIBUTOR_SENDER__POSTAL_ADDRESS": "1 Square, Geneva",
            "DISTRIBUTOR_SENDGRID__API_KEY": account.api_key,
            "DISTRIBUTOR_SENDGRID__BASE_URL": sandbox.url,
            "DISTRIBUTOR_X__CONSUMER_KEY": account.consumer_key,
            "DISTRIBUTOR_X__CONSUMER_SECRET": account.consumer_secret,
            "DISTRIBUTOR_X__ACCESS_TOKEN": account.access_token,
            "DISTRIBUTOR_X__ACCESS_TOKEN_SECRET": account.access_token_secret,
            "DISTRIBUTOR_X__BASE_URL": sandbox.url,
        }

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run one command, insist on its exit code, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "distributor", *arguments],
            cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert done.returncode == code, f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        assert "Warning" not in done.stderr, done.stderr
        return done.stdout or done.stderr

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Run one command with --json and return what it says."""
        return json.loads(self.run(*arguments, "--json", code=code))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command that stays."""
        return subprocess.Popen(
            [sys.executable, "-m", "distributor", *arguments],
            cwd=self.folder, env=self.environ, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def wait_for_state(self, dispatch: str, *states: str, patience_s: float = 60) -> Any:
        """Ask for the status until it is one of these, and return it."""
        give_up_at = time.monotonic() + patience_s
        while True:
            status = self.json("dispatch", "status", dispatch)
            if status["state"] in states:
                return status
            assert time.monotonic() < give_up_at, status
            time.sleep(0.3)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
