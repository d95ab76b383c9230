"""Addresses: one form for each person, and nothing that cannot be mailed."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from distributor.core.addresses import normalise
from distributor.core.audience import must_be_one_address
from distributor.core.errors import BadInput

#: Near enough to addresses that about half of them are.
_SCRAWLED = st.builds(
    "{}@{}".format,
    st.text(alphabet="aZé.+-_'\"@ ,;<>\n", max_size=70),
    st.text(alphabet="aZü.-_[]1@ \n", max_size=20).map(lambda words: f"{words}.example"),
)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Ana.Lima@Example.ORG", "ana.lima@example.org"),
        ("  ana@example.org\u00a0", "ana@example.org"),
        ("ana+press@example.org", "ana+press@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("ana@Bücher.example", "ana@xn--bcher-kva.example"),
        ("ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example"),
    ],
)
def test_one_person_has_one_form(written: str, form: str) -> None:
    assert normalise(written) == form


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ana",
        "ana@",
        "@example.org",
        "ana@localhost",
        "ana@[192.0.2.1]",
        "ana@example..org",
        "ana.@example.org",
        "a..b@example.org",
        "ana@exa_mple.org",
        "Ana <ana@example.org>",
        "mailto:ana@example.org",
        "ana@example.org,jon@example.org",
        "ana@example.org\nBcc: jon@example.org",
        "ana\u200b@example.org",
        "josé@example.org",
        f"{'a' * 65}@example.org",
        f"a@{'.'.join(['b' * 60] * 5)}.org",
        f"{'a' * 64}@{'.'.join(['b' * 62] * 3)}.org",
    ],
)
def test_what_cannot_be_mailed_is_refused(written: str) -> None:
    with pytest.raises(BadInput) as refused:
        normalise(written, where="email")

    assert refused.value.where == "email"
    assert refused.value.remedy


@given(st.one_of(st.emails(), _SCRAWLED))
@example("a@-example.org")
@example("A" * 64 + "@example.org")
def test_the_short_cut_for_everyday_addresses_says_what_the_library_says(written: str) -> None:
    """Known domains are not looked at again; that may only change how long it takes."""
    try:
        found = validate_email(written.strip(), check_deliverability=False, allow_smtputf8=False, strict=True)
        expected = f"{found.local_part}@{found.ascii_domain}".lower()
    except EmailNotValidError:
        expected = "refused"

    try:
        form = normalise(written)
    except BadInput:
        form = "refused"

    assert form == expected


@given(st.one_of(st.emails(), _SCRAWLED))
def test_a_form_is_its_own_form_and_one_address(written: str) -> None:
    try:
        form = normalise(written)
    except BadInput:
        return

    assert normalise(form) == form
    must_be_one_address(form)
