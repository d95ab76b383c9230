"""What was asked of the sandbox and what it answered; never the bodies."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import orjson


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request to a provider's endpoint. Times are µs since the epoch by this machine's wall clock."""

    #: "sendgrid" or "x".
    provider: str
    method: str
    path: str
    #: When the header had been read.
    begun_at: int
    #: When the body had been received fully; 0 when it never was.
    received_at: int = 0
    size: int = 0
    #: What the endpoint decided; None when it was never asked.
    status: int | None = None
    #: The status that the client saw; None when the connection was cut.
    answered: int | None = None
    #: The kind of fault played; "" for none.
    fault: str = ""
    #: X-Message-Id or the post's id, when something was accepted.
    accepted_id: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the exchange for log.json."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Journal:
    """All exchanges in the order of their beginning, and the file that outlives the process."""

    #: Empty for no file.
    log_file: str = ""
    exchanges: list[Exchange] = field(default_factory=list)

    def append_line(self, entry: dict[str, object]) -> None:
        """Append one JSON line in one write, so that a killed process leaves whole lines. Not flushed to the disk."""
        if self.log_file:
            with Path(self.log_file).open("ab", buffering=0) as file:
                file.write(orjson.dumps(entry) + b"\n")
