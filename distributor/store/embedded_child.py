"""Become the Redis server, in a way that ends with the process that asked for it.

Run as a script, with the parent's process id and then the command line; imports nothing of Distributor, so that it is up
in milliseconds. The kernel sends SIGTERM to this process when the *thread* that started it ends (prctl(2),
PR_SET_PDEATHSIG), also when the parent was killed with SIGKILL, and `exec` keeps that request. Where there is no prctl
(not Linux), the server outlives a killed parent; the next start finds it by its lock and says so.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

#: From <linux/prctl.h>.
_PR_SET_PDEATHSIG = 1


def _end_with_parent(parent: int) -> None:
    if sys.platform != "linux":
        return
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        # The parent ended before the request was in place, so its end will never be reported.
        sys.exit(0)


if __name__ == "__main__":
    _end_with_parent(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - the path was looked up and checked by embedded_server
