"""Whether mailbox providers believe our mail: what must be asked of DNS, and what the answers and the settings come to.

The rules are those of Gmail and Yahoo for whoever sends 5,000 messages a day or more (support.google.com/mail/answer/81126,
senders.yahooinc.com/best-practices); Outlook.com asks for the same three records. What no record and no setting shows is left
out and said to be: the sending server's reverse name, TLS on the way, and how many readers call the mail spam.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from distributor.core.dkim_key import Signing, judge_dkim
from distributor.core.dmarc import dmarc_domains, judge_dmarc, policy_word
from distributor.core.mail_record import Answers, Standing, Verdict, is_name
from distributor.core.spf import judge_spf

_BULK: Final = "mail.bulk_rules"
#: Reserved by RFC 2606, 6761, 6762, 7686 and 9476 and by ICANN: nobody's mail comes from there, and asking would tell strangers.
_RESERVED: Final = frozenset({"example", "invalid", "localhost", "test", "local", "onion", "alt", "internal"})
#: Mailboxes that anybody can have. Yahoo's and AOL's refuse mail that claims to be theirs; Gmail's puts it aside.
_FREEMAIL: Final = frozenset({
    "aol.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com", "live.com", "mac.com",
    "mail.com", "mail.ru", "me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com", "rocketmail.com", "web.de",
    "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.com.br", "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.it", "yandex.ru",
    "ymail.com",
})  # fmt: skip
_UNSURE: Final = frozenset({Standing.UNKNOWN, Standing.NOT_ASKED})
_UNSEEN: Final = "Not looked at: the server's reverse name (PTR), TLS, the rate of spam reports."


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSetup:
    """How e-mail leaves, as the settings tell."""

    #: Of the From address; ASCII, lower case, no dot at its end. "" when none is set.
    domain: str
    #: Of the address that returned mail goes to, whose SPF record counts.
    bounce_domain: str
    #: None: no way for e-mail is set up.
    signing: Signing | None
    #: Whether mail goes through a provider whose own bounce domain passes SPF, whatever ours says.
    has_own_bounce_domain: bool
    public_url: str
    has_postal_address: bool


def why_not_asked(setup: MailSetup) -> str:
    """Return why DNS has nothing to say on this set-up; "" when it is to be asked."""
    if setup.signing is None:
        return "no way for e-mail is set up"
    if not setup.domain:
        return "no sender address is set"
    for domain in (setup.domain, setup.bounce_domain, *setup.signing.domains):
        labels = domain.split(".")
        if not is_name(domain) or labels[-1].isdigit() or len(labels) == 1:
            return "the sender's domain is no name in the public DNS"
        if labels[-1] in _RESERVED or labels[-2] == "example":
            return f"{domain} is reserved for examples and private networks"
    return ""


def names_to_ask(setup: MailSetup) -> tuple[str, ...]:
    """Return the names whose texts are needed beside the SPF tree, which only its records tell; the likeliest first."""
    signing = setup.signing.names if setup.signing is not None else ()
    return (*(f"_dmarc.{domain}" for domain in dmarc_domains(setup.domain)), *signing)


def judge(setup: MailSetup, answers: Answers) -> tuple[Verdict, ...]:
    """Return four verdicts: SPF, DKIM, DMARC, and the rules for bulk senders. Raises nothing, whatever DNS said."""
    why = why_not_asked(setup)
    if why or setup.signing is None:
        records = tuple(
            Verdict(
                name=name,
                standing=Standing.NOT_ASKED,
                message=f"Not looked up: {why}.",
                remedy="Set a real sender for real mail.",
            )
            for name in ("mail.spf", "mail.dkim", "mail.dmarc")
        )
    else:
        records = (
            _judge_spf(setup, answers),
            judge_dkim(setup.domain, setup.signing, answers),
            judge_dmarc(setup.domain, answers),
        )
    return (*records, _judge_bulk(setup, records, answers))


def _judge_spf(setup: MailSetup, answers: Answers) -> Verdict:
    verdict = judge_spf(setup.bounce_domain, answers)
    if verdict.standing is Standing.GOOD or not setup.has_own_bounce_domain:
        return verdict
    note = "SendGrid's own bounce address (em….) has its own record, so this touches only what is sent in other ways."
    return replace(verdict, message=f"{verdict.message} {note}")


def _judge_bulk(setup: MailSetup, records: tuple[Verdict, ...], answers: Answers) -> Verdict:
    broken = list(_broken(setup, records, answers))
    if broken:
        return Verdict(
            name=_BULK,
            standing=Standing.POOR,
            message=f"Gmail and Yahoo may refuse a bulk sender for this: {'; '.join(broken)}. {_UNSEEN}",
            remedy="Mend each before a release goes to thousands.",
        )
    unsure = [verdict.name.removeprefix("mail.").upper() for verdict in records if verdict.standing in _UNSURE]
    if unsure:
        return Verdict(
            name=_BULK,
            standing=Standing.UNKNOWN,
            message=f"The settings keep the rules of Gmail and Yahoo; not known: {', '.join(unsure)}. {_UNSEEN}",
            remedy="See the lines above.",
        )
    message = f"What DNS and the settings show keeps the rules of Gmail and Yahoo for bulk senders. {_UNSEEN}"
    return Verdict(name=_BULK, standing=Standing.GOOD, message=message)


def _broken(setup: MailSetup, records: tuple[Verdict, ...], answers: Answers) -> Iterator[str]:
    """Yield each rule that is surely broken."""
    standings = {verdict.name: verdict.standing for verdict in records}
    if standings["mail.spf"] is Standing.POOR and not setup.has_own_bounce_domain:
        yield "SPF is missing or broken"
    if standings["mail.dkim"] is Standing.POOR:
        yield "no aligned DKIM signature"
        if policy_word(setup.domain, answers) in {"quarantine", "reject"}:
            yield "the domain's own DMARC record asks to refuse or put aside mail that nothing vouches for"
    if standings["mail.dmarc"] is Standing.POOR:
        yield "DMARC is missing or broken"
    if setup.domain in _FREEMAIL:
        yield f"From is at {setup.domain}, whose mail only its own servers may send: use a domain of your own"
    if not setup.public_url.startswith("https://"):
        yield "one-click unsubscribe needs an https:// address in DISTRIBUTOR_PUBLIC_URL (RFC 8058)"
    if not setup.has_postal_address:
        yield "no postal address is set"
