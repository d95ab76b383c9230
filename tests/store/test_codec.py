"""What is stored is read back as it was, or refused by name; never half understood."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distributor.core.approval import Approval
from distributor.core.embargo import Embargo, LocalTime
from distributor.core.ids import Language, ReleaseId
from distributor.core.message import EmailMaster, Master, ThreadMaster
from distributor.core.release import BulletList, Dateline, Paragraph, PressContact, Release, SourceFormat, Subheading
from distributor.ports import AuditEntry, Suppression
from distributor.store.codec import UnknownSchema, content_digest, decode, decode_master, encode
from tests.core.factories import email_master, release

AT = datetime(2026, 3, 30, 0, 1, tzinfo=UTC)
FULL = release(
    dateline=Dateline(city="Genève", date=date(2026, 3, 30)),
    embargo=Embargo(local=LocalTime(wall=datetime(2026, 3, 30, 0, 1), zone="Europe/Zurich", fold=1)),  # noqa: DTZ001 - a wall time
    thread=("One.", "Two."),
    source_format=SourceFormat.DOCX,
)
APPROVAL = Approval(release=ReleaseId("rabc"), revision=2, seal="0" * 64, by="Ana", at=AT)

_TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=12)
_ZONES = st.sampled_from(["Europe/Zurich", "America/New_York", "UTC"])
_OFFSETS = st.just(UTC) | st.integers(-840, 840).map(lambda east: timezone(timedelta(minutes=east)))
# A datetime's own `fold` means nothing at a fixed offset and is not stored; LocalTime has a field for it.
_INSTANTS = st.datetimes(timezones=_OFFSETS).map(lambda moment: moment.replace(fold=0))
_WALLS = st.datetimes().map(lambda moment: moment.replace(fold=0))
_NUMBERS = st.integers(0, 2**53)
for _kind in (Paragraph, Subheading, BulletList):
    st.register_type_strategy(_kind, st.builds(_kind, line=_NUMBERS))
st.register_type_strategy(LocalTime, st.builds(LocalTime, wall=_WALLS, zone=_ZONES, fold=st.sampled_from([None, 0, 1])))
_RELEASES = st.from_type(Release)
_VALUES: st.SearchStrategy[object] = st.one_of(
    _RELEASES,
    st.builds(Approval, at=_INSTANTS, revision=_NUMBERS),
    st.builds(AuditEntry, at=_INSTANTS),
    st.builds(Suppression, at=_INSTANTS),
)
_MASTERS: st.SearchStrategy[Master] = st.from_type(EmailMaster) | st.builds(
    ThreadMaster, parts=st.lists(_TEXT, min_size=1, max_size=4).map(tuple)
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | _TEXT,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["is", "text", "schema", "value"]) | _TEXT, inner)
    ),
    max_leaves=8,
)


@given(_VALUES)
def test_every_value_comes_back_exactly(value: object) -> None:
    found = decode(type(value), encode(value))

    assert found == value
    # Equal is not enough: an enum's member equals its text.
    assert repr(found) == repr(value)


@given(_MASTERS)
def test_every_master_comes_back_as_the_kind_it_was(master: Master) -> None:
    assert decode_master(encode(master)) == master


@given(_RELEASES)
def test_a_stored_release_has_the_digest_it_had(written: Release) -> None:
    assert content_digest(decode(Release, encode(written))) == content_digest(written)


@pytest.mark.parametrize(
    "changed",
    [
        replace(FULL, headline=f"{FULL.headline} "),
        replace(FULL, thread=("One.Two.",)),
        replace(FULL, thread=("One.", "Two.", "")),
        replace(FULL, embargo=Embargo(local=None)),
        replace(FULL, embargo=None),
        replace(FULL, notes=FULL.body),
        replace(FULL, contacts=(PressContact(name="", email="Ana Lima"),)),
        replace(FULL, source_format=SourceFormat.HTML),
    ],
)
def test_any_change_gives_another_digest(changed: Release) -> None:
    """The seal rests on it: a change that it did not see would leave under another's approval."""
    assert content_digest(changed) != content_digest(FULL)


def test_the_stored_form_is_canonical_and_says_its_version() -> None:
    shape = orjson.loads(encode(FULL))

    assert shape["schema"] == 1
    assert encode(FULL) == encode(replace(FULL)) == orjson.dumps(shape, option=orjson.OPT_SORT_KEYS)


def test_the_digest_of_a_release_is_what_earlier_versions_made() -> None:
    """A stored seal must hold after an update: change this value only with a new schema version."""
    assert content_digest(FULL).hex() == "2c777f4cac5f0a68d848cc21201716f6b4f6f8a1aeb60bd8914c2fc766397a0b"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"schema": 1}',
        b'{"schema": 1, "value": null}',
        b'{"schema": 1, "value": []}',
        b'{"schema": "1", "value": {}}',
        b'{"schema": 2, "value": {}}',
        b"\xff\xfe",
        encode(APPROVAL),
        encode(FULL).replace(b'"schema":1', b'"schema":0'),
        encode(FULL).replace(b'"thread":["One.","Two."]', b'"thread":"One."'),
        encode(FULL).replace(b'"source_format":"docx"', b'"source_format":"pdf"'),
        encode(FULL).replace(b'"zone":"Europe/Zurich"', b'"zone":"Europe/Nowhere"'),
        encode(FULL).replace(b'"fold":1', b'"fold":true'),
        encode(FULL).replace(b'"date":"2026-03-30"', b'"date":"30.3.2026"'),
        encode(FULL).replace(b'"is":"Paragraph"', b'"is":"Chapter"'),
    ],
)
def test_what_is_no_release_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(UnknownSchema, match="Release"):
        decode(Release, data)


def test_a_later_version_is_named() -> None:
    later = encode(FULL).replace(b'"schema":1', b'"schema":7')

    with pytest.raises(UnknownSchema, match="shape 7; this version reads 1"):
        decode(Release, later)


@given(st.one_of(st.binary(max_size=60), _JSON.map(lambda value: orjson.dumps({"schema": 1, "value": value}))))
def test_no_bytes_whatever_break_the_reader(data: bytes) -> None:
    for kind in (Release, Approval, Suppression):
        with pytest.raises(UnknownSchema):
            decode(kind, data)
    with pytest.raises(UnknownSchema):
        decode_master(data)


def test_a_refusal_holds_no_text_of_the_release() -> None:
    """Errors are logged and printed; embargoed words must not travel with them, not even as a cause."""
    secret = encode(replace(FULL, language=Language("a secret"))).replace(b'"docx"', b'"a secret too"')

    with pytest.raises(UnknownSchema) as refused:
        decode(Release, secret)

    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_value_without_a_stored_shape_is_a_defect() -> None:
    with pytest.raises(TypeError):
        encode(replace(email_master(FULL), html=b"bytes"))  # type: ignore[arg-type]  # what the test is about


def test_a_stored_master_is_of_one_of_the_two_kinds() -> None:
    with pytest.raises(UnknownSchema, match="master"):
        decode_master(encode(APPROVAL))
