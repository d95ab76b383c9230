"""Typed settings: every name, type, range and default, and how the three places they come from are merged.

    the package's config/distributor.toml
      < config/distributor.toml in the working folder, or the file that DISTRIBUTOR_CONFIG names
      < the environment: DISTRIBUTOR_ prefix, __ between group and name; NAME_FILE reads the value from a file

An unknown name is an error that says the nearest known one, because a misspelt setting is one that nobody made.
Nothing is read at import: `load_settings` gets environment and folder as arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from distributor.core.audience import must_be_one_address
from distributor.core.embargo import zone_of
from distributor.core.errors import ConfigurationError
from distributor.settings_sources import ENV_PREFIX, Found, as_tree, env_name, gather

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[int, Field(ge=1, le=3600)]


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")) or len(value.split("/", 3)[2]) == 0:
        raise ValueError("write a whole address such as https://press.example.org")
    return value.rstrip("/")


def _known_zone(value: str) -> str:
    try:
        zone_of(value)
    except ValueError as error:
        raise ValueError("write an IANA zone such as Europe/Zurich") from error
    return value


def _one_address_or_none(value: str) -> str:
    if value:
        must_be_one_address(value)
    return value


def _addresses(value: str) -> str:
    for part in value.split(","):
        _one_address_or_none(part.strip())
    return value


def _networks(value: str) -> str:
    for part in value.split(","):
        if part.strip():
            ip_network(part.strip())
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
ZoneName = Annotated[str, AfterValidator(_known_zone)]
Address = Annotated[str, AfterValidator(_one_address_or_none)]
Addresses = Annotated[str, AfterValidator(_addresses)]
Networks = Annotated[str, AfterValidator(_networks)]


class _Group(BaseModel):
    # Pydantic would quote the rejected value, which may be a secret in the wrong place.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SendGridSettings(_Group):
    """The e-mail provider."""

    api_key: SecretStr | None = Field(None, description="SendGrid API key with the right `mail.send`.")
    base_url: WebAddress = Field("https://api.sendgrid.com", description="SendGrid's API; EU subusers have their own host.")
    webhook_public_key: str = Field("", description="Public key that signs SendGrid's events, as its settings page shows it.")


class XSettings(_Group):
    """The account on X that threads are posted from."""

    consumer_key: SecretStr | None = Field(None, description="API key of the X app.")
    consumer_secret: SecretStr | None = Field(None, description="API key secret of the X app.")
    access_token: SecretStr | None = Field(None, description="Access token of the posting account, with write permission.")
    access_token_secret: SecretStr | None = Field(None, description="Secret of that access token.")
    base_url: WebAddress = Field("https://api.x.com", description="X's API.")
    language: str = Field("", description="Language in which this account posts; empty, or not there: the release's own.")
    form: Literal["auto", "thread", "post", "long"] = Field(
        "auto",
        description="`thread`, `post` (one, with the link), `long` (one, Premium); `auto`: a thread unless replies are refused.",
    )
    fallback: Literal["post", "long"] = Field("post", description="What `auto` makes of a release when replies are refused.")
    replies: Literal["unknown", "allowed", "refused"] = Field(
        "unknown",
        description="Whether X takes this account's replies to its own posts; `unknown`: its history with this service decides.",
    )


class EmailSettings(_Group):
    """Which way e-mails go out."""

    provider: Literal["sendgrid", "smtp"] = Field("sendgrid", description="Which one when both are set up: `sendgrid`, `smtp`.")


class SmtpSettings(_Group):
    """A mail server, instead of SendGrid or beside it."""

    url: SecretStr | None = Field(None, description="`smtp[s]://user:password@host:port`; both words percent-encoded.")
    starttls: Literal["required", "off"] = Field("required", description="With `smtp://`: `required`, or `off` for plain text.")
    connections: int = Field(4, ge=1, le=64, description="Connections to the mail server at most, per worker process.")
    messages_per_connection: int = Field(100, ge=1, le=100_000, description="Messages over one connection, then a new one.")
    batch_size: int = Field(50, ge=1, le=1000, description="Recipients per batch: so many are in doubt if a worker dies.")
    bounce_address: Address = Field("", description="Where the mail server returns what it cannot deliver; empty: the sender.")
    dkim_key: SecretStr | None = Field(None, description="PEM of the RSA key that messages are signed with; unset: not signed.")
    dkim_selector: str = Field("", description="Name of that key's record in DNS: `…._domainkey.domain`.")
    dkim_domain: str = Field("", description="Domain that signs; empty: the sender's.")


class SenderSettings(_Group):
    """Who the e-mails are from. Law and mailbox providers ask for the first three."""

    email: Address = Field("", description="Address that releases are sent from.")
    name: str = Field("", description="Name shown beside that address.")
    postal_address: str = Field("", description="Postal address at the foot of every e-mail.")
    reply_to: Address = Field("", description="Where answers go; empty: to the sender.")


class ApprovalSettings(_Group):
    """The rules of approval."""

    two_person: bool = Field(default=True, description="Whoever wrote a release cannot approve it.")


class DispatchSettings(_Group):
    """How a dispatch runs."""

    late_limit_minutes: int = Field(60, ge=1, le=7 * 24 * 60, description="A dispatch not started by then is held for staff.")
    arm_seconds: Seconds = Field(15, description="How long before the lift workers take their places.")
    lease_seconds: Seconds = Field(60, description="How long a claimed batch belongs to its worker.")
    batch_size: int = Field(1000, ge=1, le=1000, description="Recipients per request to the e-mail provider.")
    connect_timeout_s: Seconds = Field(5, description="Longest wait for a provider's connection.")
    read_timeout_s: Seconds = Field(30, description="Longest wait for a provider's answer.")

    @model_validator(mode="after")
    def _call_must_end_within_its_lease(self) -> Self:
        if self.connect_timeout_s + self.read_timeout_s >= self.lease_seconds:
            raise ValueError(
                "connect_timeout_s and read_timeout_s together must be below lease_seconds: "
                "a call that outlives its lease leaves the batch in doubt"
            )
        return self


class WorkerSettings(_Group):
    """Each worker process."""

    concurrency: int = Field(4, ge=1, le=64, description="Requests to providers at the same time, per worker process.")
    at_hand_mb: int = Field(128, ge=0, le=4096, description="Memory for what is loaded before the lift, per worker process.")


class WebSettings(_Group):
    """The web process."""

    host: str = Field("127.0.0.1", min_length=1, description="Interface that the web process listens on.")
    port: Port = Field(8080, description="Port that it listens on.")
    trusted_proxies: Networks = Field("127.0.0.1", description="Addresses or networks of the proxies in front, with commas.")


class StaffSettings(_Group):
    """The staff application."""

    session_idle_minutes: int = Field(60, ge=1, le=12 * 60, description="Staff are signed out after so long without a request.")
    test_mail: bool = Field(
        default=True, description="Staff may send a test of a release to themselves, before its lift, over the e-mail provider."
    )


class AlertSettings(_Group):
    """Where staff are called when a dispatch is silent or unsettled after its lift."""

    webhook_url: str = Field("", description="Where alarms are posted, signed by Standard Webhooks; empty: only the log.")
    webhook_secret: SecretStr | None = Field(None, description="`whsec_…`, the secret that signs them.")
    emails: Addresses = Field("", description="Whom of the staff alarms are mailed to; commas between addresses.")

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the addresses one by one."""
        return tuple(address for part in self.emails.split(",") if (address := part.strip()))


class LogSettings(_Group):
    """What the processes write to stderr."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="`debug`, `info`, `warning` or `error`.")
    format: Literal["json", "text"] = Field("text", description="`text` for people, `json` for a log collector.")


class Settings(_Group):
    """Everything that an operator can set."""

    redis_url: SecretStr | None = Field(None, description="The ledger's Redis; unset: an embedded server is started.")
    broker_url: SecretStr | None = Field(None, description="Celery's broker, Redis or RabbitMQ; unset: the Redis above.")
    data_dir: Path = Field(Path("var"), description="Folder of the embedded Redis, relative to the working folder.")
    public_url: WebAddress = Field("http://127.0.0.1:8080", description="Where recipients reach this service.")
    desk_zone: ZoneName = Field("UTC", description="IANA zone in which staff read and write times.")
    server: str = Field("", description="Commands act on this server (`https://…`) by its API; empty: on the Redis above.")
    token: SecretStr | None = Field(None, description="API token for that server: whose it is, they are who acts.")
    sendgrid: SendGridSettings = SendGridSettings()
    x: XSettings = XSettings()
    email: EmailSettings = EmailSettings()
    smtp: SmtpSettings = SmtpSettings()
    sender: SenderSettings = SenderSettings()
    approval: ApprovalSettings = ApprovalSettings()
    dispatch: DispatchSettings = DispatchSettings()
    worker: WorkerSettings = WorkerSettings()
    web: WebSettings = WebSettings()
    staff: StaffSettings = StaffSettings()
    alert: AlertSettings = AlertSettings()
    log: LogSettings = LogSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingInfo:
    """One setting, for documentation and for `doctor`."""

    #: As in TOML: "sendgrid.api_key".
    key: str
    #: As in the environment: "DISTRIBUTOR_SENDGRID__API_KEY".
    env: str
    #: As TOML writes it, "" when unset.
    default: str
    description: str
    is_secret: bool


def all_settings() -> Iterator[SettingInfo]:
    """Yield every setting in the order of the classes above."""
    yield from _infos(Settings, path=())


def load_settings(*, environ: Mapping[str, str], cwd: Path) -> Settings:
    """Read and check the settings. `data_dir` comes out absolute.

    Raises:
        ConfigurationError: a file cannot be read, a name is unknown, or a value is wrong; one line for each problem, with
            the place where it stands. Values are not quoted, because they may be secrets.
    """
    found = gather(environ=environ, cwd=cwd, known=frozenset(info.key for info in all_settings()))
    try:
        settings = Settings.model_validate(as_tree(found))
    except ValidationError as error:
        raise ConfigurationError("\n".join(_problems(error, found))) from None
    return settings.model_copy(update={"data_dir": (cwd / settings.data_dir).resolve()})


def _infos(model: type[BaseModel], *, path: tuple[str, ...]) -> Iterator[SettingInfo]:
    for name, field in model.model_fields.items():
        key = (*path, name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, _Group):
            yield from _infos(field.annotation, path=key)
            continue
        yield SettingInfo(
            key=".".join(key),
            env=env_name(".".join(key)),
            default=_shown(field.default),
            description=field.description or "",
            is_secret=field.annotation == (SecretStr | None),
        )


def _shown(default: object) -> str:
    match default:
        case None | "":
            return ""
        case bool():
            return str(default).lower()
        case _:
            return str(default)


def _problems(error: ValidationError, found: Mapping[str, Found]) -> Iterator[str]:
    for detail in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in detail["loc"])
        problem = detail["msg"].removeprefix("Value error, ")
        origin = found[key].origin if key in found else _origin_of_group(key, found)
        yield f"{origin}: {key}: {problem}."


def _origin_of_group(key: str, found: Mapping[str, Found]) -> str:
    """Say where a rule between several settings was broken: every place that set one of them."""
    origins = dict.fromkeys(item.origin for name, item in found.items() if name.startswith(f"{key}."))
    return ", ".join(origins) or ENV_PREFIX.rstrip("_")
