"""What the stand-in's one account is called, and how strictly the providers behind it behave."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Self

import orjson

from distributor.core.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """One SendGrid account and one X account with its app. The keys are no secrets: they open nothing but the sandbox."""

    #: What a request to SendGrid must carry as bearer token.
    api_key: str = "SG.sandbox-key"
    #: Domains the account may send from; empty means any.
    sender_domains: tuple[str, ...] = ()
    #: Where signed events are posted; "" posts none.
    webhook_url: str = ""
    #: Seconds between acceptance and the first event of a message.
    webhook_delay_s: float = 0.2
    #: PEM of the P-256 key that signs events; "" makes a new one at start.
    webhook_private_key: str = ""

    consumer_key: str = "sandbox-consumer-key"
    consumer_secret: str = "sandbox-consumer-secret"  # noqa: S105 - opens nothing but the sandbox
    access_token: str = "1000000001-sandbox-access-token"  # noqa: S105 - opens nothing but the sandbox
    access_token_secret: str = "sandbox-access-token-secret"  # noqa: S105 - opens nothing but the sandbox
    user_id: str = "1000000001"
    username: str = "campaign_desk"
    user_name: str = "Campaign Desk"
    #: Posts per 15 minutes and user: docs.x.com rate-limits, read 2026-11-23.
    posts_per_window: int = 100
    #: Posts per 24 hours and app, from the same page.
    posts_per_day: int = 10_000
    #: True makes X refuse replies to one's own posts, as the self-serve rule of 2026-02-23 may be read.
    are_replies_restricted: bool = False
    #: Most that one post may weigh: 280, with Premium 25,000.
    longest_post: int = 280
    #: Seconds until a new post is seen by the reading endpoints; X documents no delay and promises none.
    read_delay_s: float = 0.0

    #: A file to which one JSON line per accepted request is appended; "" writes none.
    log_file: str = ""

    def to_json(self) -> bytes:
        """Return the settings as a JSON object."""
        return orjson.dumps(asdict(self))

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Return the settings from a JSON object of any of the fields.

        Raises:
            BadInput: it is not an object, or names a field that is not there.
        """
        try:
            values = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise BadInput("This is not JSON.", where="sandbox settings", remedy="Write one JSON object.") from error
        known = {field.name for field in fields(cls)}
        if not isinstance(values, dict) or not known.issuperset(values):
            raise BadInput("A setting is not known.", where="sandbox settings", remedy=f"Known are {', '.join(sorted(known))}.")
        if "sender_domains" in values:
            values["sender_domains"] = tuple(values["sender_domains"])
        return cls(**values)
