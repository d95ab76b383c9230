"""The command line against a server: the same commands print the same, nothing is done twice, and no token goes astray."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from distributor.cli.main import main
from distributor.cli.remote import REMOTE
from distributor.core.account import Permission, Role, account_id
from tests.web.api.program import Program
from tests.web.api.table import PEOPLE, TEXT
from tests.web.staff.conftest import EDITOR, STAFF, StaffSite, running_sandbox, site

__all__ = ["running_sandbox", "site"]
NAME = STAFF[EDITOR][0]


class Desks:
    """The same desk from two sides: beside its Redis, and over its API."""

    def __init__(self, site: StaffSite, folder: Path) -> None:
        site.door.keeper.set_roles(account_id(EDITOR), list(Role), by="the tests")
        self.site, self.folder = site, folder
        self.secret = Program.of(site, EDITOR).secret
        (folder / "token").write_text(f"{self.secret}\n", "utf-8")
        account = site.newsroom.sandbox.settings
        self.environ = {
            "DISTRIBUTOR_REDIS_URL": site.newsroom.service.handle.url,
            "DISTRIBUTOR_SENDER__EMAIL": "press@campaign.example",
            "DISTRIBUTOR_SENDER__NAME": "Press Desk",
            "DISTRIBUTOR_SENDER__POSTAL_ADDRESS": "1 Square, Geneva",
            "DISTRIBUTOR_SENDGRID__API_KEY": account.api_key,
            "DISTRIBUTOR_SENDGRID__BASE_URL": site.newsroom.sandbox.url,
            "DISTRIBUTOR_X__CONSUMER_KEY": account.consumer_key,
            "DISTRIBUTOR_X__CONSUMER_SECRET": account.consumer_secret,
            "DISTRIBUTOR_X__ACCESS_TOKEN": account.access_token,
            "DISTRIBUTOR_X__ACCESS_TOKEN_SECRET": account.access_token_secret,
            "DISTRIBUTOR_X__BASE_URL": site.newsroom.sandbox.url,
        }

    def here(self, *arguments: str) -> Result:
        """Run a command beside the Redis."""
        return CliRunner().invoke(main, arguments, env=self.environ)

    def there(self, *arguments: str, url: str = "", **environ: str) -> Result:
        """Run a command against the server."""
        options = ["--server", url or self.site.url, "--token-file", str(self.folder / "token")]
        return CliRunner().invoke(main, [*options, *arguments], env=environ)

    def json(self, *arguments: str) -> Any:
        """Run a command against the server, and return what it says."""
        done = self.there(*arguments, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def file(self, name: str, content: bytes) -> str:
        """Write a file and return its path."""
        (self.folder / name).write_bytes(content)
        return str(self.folder / name)


@pytest.fixture
def desks(site: StaffSite, tmp_path: Path) -> Desks:
    """Return the two sides."""
    return Desks(site, tmp_path)


def test_the_same_commands_print_the_same_here_and_there(desks: Desks) -> None:
    newsroom = desks.site.newsroom
    newsroom.crowd(3)
    plan = newsroom.schedule(newsroom.approved())
    newsroom.work()
    desks.here("suppress", "add", "r9@news.example", "--as", NAME)
    people = desks.file("more.csv", b"email,name,outlet\nr1@news.example,Rita,The News\nno address,,\n")
    release, dispatch = plan.release, plan.dispatch
    commands = [
        ["release", "list"], ["release", "show", release], ["release", "check", release], ["release", "check", release[:6]],
        ["dispatch", "list"], ["dispatch", "status"], ["dispatch", "status", dispatch], ["dispatch", "status", dispatch[:6]],
        ["contacts", "lists"], ["contacts", "import", people, "--list", "press", "--dry-run"], ["suppress", "list"],
        ["why", dispatch], ["why", dispatch, "r1@news.example"],
        ["suppress", "import", people, "--reason", "moved over", "--as", NAME, "--dry-run"],
    ]  # fmt: skip

    for command in commands:
        for form in ([], ["--json"]):
            here, there = desks.here(*command, *form), desks.there(*command, *form)
            assert (there.exit_code, there.output, there.stderr) == (here.exit_code, here.output, here.stderr), command
            assert here.exit_code == 0, here.output
    for command in (["release", "preview", release], ["contacts", "export", "--list", "press"]):
        assert desks.there(*command).output == desks.here(*command).output


def test_what_writes_files_writes_the_same_files(desks: Desks) -> None:
    desks.site.newsroom.crowd(3)
    plan = desks.site.newsroom.schedule(desks.site.newsroom.approved())
    names = ("here.csv", "there.csv", "here.json", "there.json")
    here_csv, there_csv, here_json, there_json = (desks.folder / name for name in names)

    for run, table, whole in ((desks.here, here_csv, here_json), (desks.there, there_csv, there_json)):
        assert run("dispatch", "report", plan.dispatch, "--out", str(table)).exit_code == 0
        assert run("dispatch", "report", plan.dispatch, "--out", str(whole)).exit_code == 0
    desks.here("audit", "--out", str(desks.folder / "here.jsonl"))
    desks.there("audit", "--out", str(desks.folder / "there.jsonl"))

    assert there_csv.read_bytes() == here_csv.read_bytes()
    assert json.loads(there_json.read_text()) == json.loads(here_json.read_text())
    # The audit tells of being taken away.
    assert (desks.folder / "there.jsonl").read_text().startswith((desks.folder / "here.jsonl").read_text())


def test_the_way_of_a_release_from_another_machine(desks: Desks) -> None:
    file, people = desks.file("release.md", TEXT.encode()), desks.file("people.csv", PEOPLE)

    added = desks.json("release", "add", file, "--as", NAME.upper())
    again = json.loads(desks.here("release", "add", file, "--json").stdout)
    imported = desks.json("contacts", "import", people, "--list", "press")
    refused = desks.there("release", "approve", added["release"], "--as", NAME)
    desks.here("release", "approve", added["release"], "--as", "Ben Okri")
    scheduled = desks.json(
        "dispatch", "schedule", added["release"], "--to", "press", "--channel", "email", "--late-limit", "30m", "--as", NAME
    )
    twice = desks.here(
        "dispatch",
        "schedule",
        added["release"],
        "--to",
        "press",
        "--channel",
        "email",
        "--late-limit",
        "30m",
        "--as",
        NAME,
        "--json",
    )
    held = desks.there("dispatch", "hold", scheduled["dispatch"], "--reason", "a typing error")
    waiting = desks.json("dispatch", "status", scheduled["dispatch"])
    resumed = desks.there("dispatch", "resume", scheduled["dispatch"], "--yes")
    cancelled = desks.there("dispatch", "cancel", scheduled["dispatch"], "--yes", "--reason", "for good")
    watched = desks.json("dispatch", "status", scheduled["dispatch"], "--watch")
    unsettled = desks.there("dispatch", "settle", scheduled["dispatch"], "--unknown", "sent", "--as", NAME, "--reason", "seen")

    assert (added, imported["added"]) == (again, 1)
    assert (refused.exit_code, "wrote" in refused.stderr or "took" in refused.stderr) == (1, True), refused.stderr
    assert scheduled.keys() == json.loads(twice.stdout).keys()
    assert f"Dispatch {scheduled['dispatch']} is held." in held.output
    assert (waiting["state"], waiting["held_by"], waiting["hold_note"]) == ("held", NAME, "a typing error")
    assert "goes on" in resumed.output
    assert (cancelled.exit_code, watched["state"]) == (0, "cancelled")
    assert (unsettled.exit_code, "Nothing" in unsettled.stderr) == (1, True)


def test_a_translation_goes_with_its_release(desks: Desks) -> None:
    release = desks.json("release", "add", desks.file("release.md", TEXT.encode()))["release"]
    french = desks.file("texte.md", TEXT.replace("city: Geneva", "city: Genève\nlanguage: fr").encode())

    there = desks.json("release", "add", french, "--translates", release)
    here = json.loads(desks.here("release", "show", release, "--json").stdout)

    assert (there, there["revision"]) == (here, 2)
    assert there["understood"][-1]["what"] == "Translation"


def test_an_approval_reads_the_same(desks: Desks) -> None:
    mine, theirs = desks.site.newsroom.take_in(), desks.here("release", "add", desks.file("r.md", TEXT.encode()), "--json")

    there = desks.there("release", "approve", mine.release_id, "--as", NAME, "--json")
    here = desks.here("release", "approve", json.loads(theirs.stdout)["release"], "--as", NAME, "--json")

    assert (there.exit_code, here.exit_code) == (0, 0), there.output + here.output
    assert json.loads(there.stdout).keys() == json.loads(here.stdout).keys()
    assert json.loads(there.stdout)["by"] == NAME


def test_suppressing_and_lifting(desks: Desks) -> None:
    first, second = (desks.there("suppress", "add", "reporter@news.example") for _ in range(2))
    lifted = desks.there("suppress", "remove", "reporter@news.example", "--reason", "they asked", "--as", NAME, "--yes")
    wrong = desks.there("suppress", "add", "no address")

    assert ("will not be mailed" in first.output, "already" in second.output, "again" in lifted.output) == (True, True, True)
    assert wrong.exit_code == 1
    assert wrong.stderr == desks.here("suppress", "add", "no address").stderr


def test_doctor_says_the_same_of_the_same_service(desks: Desks) -> None:
    here, there = desks.here("doctor", "--json"), desks.there("doctor", "--json")

    assert there.exit_code == here.exit_code
    names = [[finding["name"] for finding in json.loads(done.stdout)["findings"]] for done in (here, there)]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--server", "http://desk.example"], "in clear over the network"),
        (["--server", "http://10.0.0.1:8080"], "in clear over the network"),
        (["--server", "ftp://127.0.0.1"], "is no server"),
        (["--server", "https://user:word@desk.example"], "is no server"),
        (["--server", "http://127.0.0.1:1"], "and no token"),
        (["--server", "http://127.0.0.1:1", "--token", "hunter2"], "is no API token"),
        (["--server", "http://127.0.0.1:1", "--token", "dst_x"], "does not answer"),
    ],
)
def test_a_server_that_cannot_be_is_refused_with_what_to_do(options: list[str], said: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, [*options, "release", "list"])

    assert (done.exit_code, said in done.stderr) == (1, True), done.stderr
    assert "hunter2" not in done.stderr
    assert "word@" not in done.stderr


def test_nobody_acts_in_another_name_or_with_a_token_that_is_over(desks: Desks) -> None:
    release = desks.site.newsroom.take_in().release_id
    borrowed = desks.there("release", "approve", release, "--as", "Ben Okri")
    desks.site.door.keeper.disable(account_id(EDITOR), by="the tests")
    over = desks.there("release", "list")

    assert (borrowed.exit_code, f"The token is of {NAME}" in borrowed.stderr) == (1, True)
    assert (over.exit_code, "token" in over.stderr, desks.secret in over.stderr) == (1, True, False)
    assert desks.site.newsroom.service.releases.approval(release) is None


def test_what_works_only_beside_the_service_says_so(desks: Desks) -> None:
    for command in (["demo"], ["worker"], ["users", "list"], ["release", "others", "r", "hold"], ["contacts", "find", "x"]):
        assert " ".join(command[:2] if command[0] in {"users", "release", "contacts"} else command[:1]) not in REMOTE
        done = desks.there(*command)
        assert (done.exit_code, "works only where the service runs" in done.stderr) == (1, True), done.output


def test_the_environment_names_server_and_token_too(desks: Desks, clean_environ: dict[str, str]) -> None:
    environ = {
        **clean_environ, "DISTRIBUTOR_SERVER": desks.site.url, "DISTRIBUTOR_TOKEN_FILE": str(desks.folder / "token"),
    }  # fmt: skip

    done = subprocess.run(
        [sys.executable, "-m", "distributor", "contacts", "lists", "--json"],
        env=environ, cwd=desks.folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "{}", "")


class Wire(ThreadingHTTPServer):
    """What stands between the command and the server, and does what networks do."""

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _OnTheWire)
        self.target = target.removeprefix("http://")
        self.url = f"http://127.0.0.1:{self.server_port}"
        #: How many answers are lost yet.
        self.to_lose = 0
        self.moved_to = ""
        #: Method, path and key of each request.
        self.seen: list[tuple[str, str, str]] = []


class _OnTheWire(BaseHTTPRequestHandler):
    server: Wire

    def do_GET(self) -> None:
        """Carry a request over."""
        wire, length = self.server, int(self.headers.get("Content-Length", "0"))
        wire.seen.append((self.command, self.path, self.headers.get("Idempotency-Key", "")))
        if wire.moved_to:
            self.send_response(307)
            self.send_header("Location", wire.moved_to + self.path)
            self.end_headers()
            return
        connection = http.client.HTTPConnection(wire.target, timeout=20)
        connection.request(self.command, self.path, self.rfile.read(length), dict(self.headers))
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if wire.to_lose:
            wire.to_lose -= 1
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers["content-type"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name that is looked for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that it has
        """Say nothing."""


@pytest.fixture
def wire(site: StaffSite) -> Iterator[Wire]:
    """Return the wire to the server."""
    wire = Wire(site.url)
    thread = threading.Thread(target=wire.serve_forever)
    thread.start()
    yield wire
    wire.shutdown()
    thread.join()
    wire.server_close()


def test_a_write_whose_answer_is_lost_is_sent_again_and_done_once(desks: Desks, wire: Wire) -> None:
    newsroom = desks.site.newsroom
    newsroom.crowd(1)
    plan = newsroom.schedule(newsroom.approved())
    wire.to_lose = 1

    done = desks.there("dispatch", "hold", plan.dispatch, url=wire.url)

    writes = [(path, key) for method, path, key in wire.seen if method == "POST"]
    assert (done.exit_code, f"Dispatch {plan.dispatch} is held." in done.output) == (0, True), done.output
    assert (len(writes), len(set(writes))) == (2, 1)
    assert sum(entry.action == "dispatch.held" for entry in newsroom.service.audit.entries()) == 1


def test_a_token_does_not_follow_to_another_place(desks: Desks, wire: Wire, site: StaffSite) -> None:
    wire.moved_to = site.url

    done = desks.there("release", "list", url=wire.url)

    assert (done.exit_code, "is not followed" in done.stderr) == (1, True), done.output
    assert len(wire.seen) == 1


def test_a_certificate_that_nobody_vouches_for_is_not_passed_over(desks: Desks, wire: Wire, tmp_path: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    (tmp_path / "wire.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "wire.pem")
    wire.socket = context.wrap_socket(wire.socket, server_side=True)

    done = desks.there("release", "list", url=wire.url.replace("http:", "https:"))

    assert (done.exit_code, "certificate" in done.stderr, wire.seen) == (1, True, []), done.output


def test_a_scope_that_is_missing_is_told(desks: Desks) -> None:
    (desks.folder / "token").write_text(Program.of(desks.site, EDITOR, Permission.READ).secret, "utf-8")

    done = desks.there("suppress", "add", "reporter@news.example")

    assert (done.exit_code, "permission suppress" in done.stderr) == (1, True), done.stderr


def test_the_docs_name_every_command_that_works_on_a_server(repo_root: Path) -> None:
    told = (repo_root / "docs" / "api.md").read_text("utf-8")

    assert [path for path in REMOTE if f"`{path}`" not in told] == []
