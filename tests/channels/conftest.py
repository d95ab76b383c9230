"""Whom the channels' tests talk to: one running sandbox, emptied before each; mail servers; a certificate for them."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from distributor.sandbox.serve import RunningSandbox
from tests.channels.mail_server import MailServer
from tests.channels.postfix import RunningPostfix, why_not_here
from tests.conftest import absent


@pytest.fixture(scope="session")
def one_sandbox() -> Iterator[RunningSandbox]:
    """Start the child once; starting it costs more than most tests."""
    with RunningSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(one_sandbox: RunningSandbox) -> RunningSandbox:
    """An empty sandbox without faults."""
    one_sandbox.reset()
    one_sandbox.play()
    return one_sandbox


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """An empty mail server that wants a password."""
    with MailServer(wants_login=True) as server:
        yield server


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of nobody's authority, for localhost, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """The server's side of TLS 1.3, which sends its session tickets after the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate)
    return context


@pytest.fixture(scope="session")
def one_postfix() -> Iterator[RunningPostfix]:
    """Start a Postfix once, or say what is wanting for it."""
    if wanting := why_not_here():
        absent("Postfix", remedy=wanting)
    with RunningPostfix() as postfix:
        yield postfix


@pytest.fixture
def postfix(one_postfix: RunningPostfix) -> RunningPostfix:
    """A real Postfix with an empty Maildir."""
    one_postfix.forget()
    return one_postfix
