"""Files that people bring to the pages."""

from __future__ import annotations

from datetime import UTC, datetime

import urllib3

from distributor.bootstrap_contacts import import_jobs
from distributor.core.account import AccountId
from distributor.core.ids import ListName
from distributor.core.import_job import Changed, ImportId, ImportJob, ImportStep, ImportSums, WrongRow
from distributor.web.staff.gate import COOKIE
from tests.web.staff.conftest import Answer, StaffSite

LIST = b"""Name,E-Mail,Kanal,Tags
Ines Roy,ines@paper.example,The Paper,health
Jon Lund,jon@radio.example,The Radio,
Kim,not an address,The Agency,
"""


def bring(site: StaffSite, session: str, path: str, content: bytes, *, name: str = "list.csv", **fields: str) -> Answer:
    """Send a form with a file, as a browser does."""
    parts: list[tuple[str, str | bytes | tuple[str, str | bytes]]] = [*fields.items()]
    parts += [("csrf", site.door.sign_in.csrf_of(session)), ("file", (name, content))]
    body, kind = urllib3.encode_multipart_formdata(parts)
    return site.raw("POST", path, body, {"Cookie": f"{COOKIE}={session}", "Content-Type": kind})


def an_import(site: StaffSite, *, owner: AccountId) -> ImportJob:
    """Return an import of which is known what it would do, with something of everything."""
    job = ImportJob(
        id=ImportId(""),
        owner=owner,
        list_name=ListName("press"),
        file_name="reporters.csv",
        begun_at=datetime.now(UTC),
        header=("Name", "E-Mail"),
        mapping=(("Name", "name"), ("E-Mail", "email")),
        step=ImportStep.READY,
        sums=ImportSums(added=1200, changed=1, unchanged=3, suppressed=2, left_before=1, merged=1, wrong=1),
        changed=(Changed(address="ines@paper.example", changes=(("outlet", "", "The Paper"), ("is_priority", "no", "yes"))),),
        wrong_rows=(WrongRow(line=12, column="email", problem="There is no address.", remedy="Write one, or remove the row."),),
    )
    return import_jobs(site.newsroom.service).begin(job, LIST)
