"""Preview: what the masters are as files, for a folder or a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from distributor.core.message import EmailMaster, Master, ThreadMaster
from distributor.core.thread_text import join_parts


def files_of(masters: Sequence[Master], *, thread_page: Callable[[ThreadMaster], str]) -> Iterator[tuple[str, bytes]]:
    """Yield (relative path, content) of every file of a preview."""
    for master in masters:
        if isinstance(master, EmailMaster):
            stem = f"email/{master.language}"
            yield f"{stem}/subject.txt", f"{master.subject}\n".encode()
            yield f"{stem}/body.html", master.html.encode()
            yield f"{stem}/body.txt", master.text.encode()
        else:
            stem = f"{master.channel.value}/{master.language}"
            yield f"{stem}/thread.txt", join_parts(master.parts).encode()
            yield f"{stem}/thread.html", thread_page(master).encode()
