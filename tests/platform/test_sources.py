"""Where rows are read: only what the operator allowed, only while the owner lets it, and nothing but tables."""

import io
import json
import sqlite3
import zipfile
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from ronghe.platform.access.roles import Role
from ronghe.platform.audit.models import Entry
from ronghe.platform.catalogue.models import Version
from ronghe.platform.kinds.data import reading, store
from ronghe.platform.kinds.data.addresses import Allowed, allowed_file, allowed_url, last_of
from ronghe.platform.kinds.data.examine import examine_source
from ronghe.platform.kinds.data.models import Source
from ronghe.platform.kinds.data.sealing import seal, unseal
from ronghe.platform.kinds.data.sources import (
    mount_database,
    mount_folder,
    mount_upload,
    restart_source,
    set_hours,
    stop_source,
)
from ronghe.platform.kinds.data.uploads import keep, shown_name
from ronghe.terms import InputError, LimitReached, Refused, RongheError, UsageError
from tests.platform.conftest import START, City, RecordedKind
from tests.platform.handed import IDS, ROWS, text

MOST = 1_000_000


@pytest.fixture
def version(city: City, kind: RecordedKind) -> Version:
    return city.published()


def mounted(city: City, version: Version, rows: tuple[str, ...] = ROWS, **given: Any) -> Source:
    offerer = city.actor("提供 MZJ", city.civil)
    return mount_upload(by=offerer, at=START, asset=version.asset, chunks=[text(rows)], called="婚姻登记.csv", **given)


def left() -> list[str]:
    return sorted(path.name for path in store.uploads().iterdir())


@pytest.mark.django_db
def test_an_upload_is_kept_under_a_name_of_the_server(city: City, version: Version) -> None:
    before = set(left())
    source = mounted(city, version)
    assert source.called == "婚姻登记.csv"
    assert set(left()) - before == {source.address}
    assert (store.uploads() / source.address).stat().st_mode & 0o077 == 0
    again = mounted(city, version)
    assert again.pk == source.pk
    assert Entry.objects.filter(action="source.mounted").count() == 2


@pytest.mark.django_db
def test_only_who_offers_the_asset_mounts(city: City, version: Version) -> None:
    stranger = city.actor("外人", city.health, Role.OFFERER)
    with pytest.raises(Refused):
        mount_upload(by=stranger, at=START, asset=version.asset, chunks=[text()], called="a.csv")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\表.csv", "表.csv"),
        ("a\0b.csv", "ab.csv"),
        ("\u202egnp.csv", "gnp.csv"),
        ("\x1b[31m红.csv\r\n", "[31m红.csv"),
        ("", "-"),
        ("长" * 400, "长" * 255),
    ],
)
def test_threats_6_and_15_the_name_of_an_upload_is_only_text(name: str, shown: str) -> None:
    assert shown_name(name) == shown


def workbook(**parts: str) -> bytes:
    made = io.BytesIO()
    fixed = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
    }
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in {**fixed, **parts}.items():
            archive.writestr(path, content)
    return made.getvalue()


ENTITY = workbook(
    **{"xl/worksheets/sheet1.xml": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>'}
)


def refused(data: bytes, most: int = MOST) -> RongheError:
    before = left()
    with pytest.raises(RongheError) as told:
        keep([data], called="表.xlsx", most=most)
    assert left() == before
    assert not list((store.uploads().parent / "work").iterdir())
    return told.value


def test_threat_4_a_file_that_grows_when_it_is_opened_is_refused() -> None:
    bomb = workbook(**{"xl/worksheets/sheet1.xml": "<worksheet>" + " " * 120_000_000 + "</worksheet>"})
    assert len(bomb) < MOST
    assert isinstance(refused(bomb), LimitReached)


def test_threat_4_a_file_ends_at_the_limit_whatever_was_claimed() -> None:
    taken = 0

    def endless() -> Any:
        nonlocal taken
        while True:
            taken += 1
            yield b"a,b\n" * 1_000

    with pytest.raises(LimitReached):
        keep(endless(), called="a.csv", most=100_000)
    assert taken == 26


def test_threat_5_an_entity_is_not_followed() -> None:
    error = refused(ENTITY)
    assert isinstance(error, InputError)
    assert "root:" not in str(error)


@pytest.mark.parametrize(
    "data", [b"", b"\x7fELF" + b"\0" * 99, b"%PDF-1.7", b"<html><body>a</body></html>", b"PK\3\4x"]
)
def test_what_is_no_table_is_refused(data: bytes) -> None:
    assert isinstance(refused(data), InputError)


def test_a_database_file_is_not_handed_in(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a)")
    assert refused(path.read_bytes()).code == "platform.upload_database"


@pytest.mark.parametrize(
    "data",
    [
        "姓名,区划\n张三丰,330106\n李四光,330108\n".encode("gb18030"),
        "姓名,区划\n张三丰,330106\n李四光,330108\n".encode("utf-16"),
        b"\xef\xbb\xbf" + "姓名,区划\n张三丰,330106\n".encode(),
    ],
)
def test_threat_7_an_encoding_is_found_out(data: bytes) -> None:
    assert keep([data], called="a.csv", most=MOST).columns == ("姓名", "区划")


def test_threat_7_what_is_no_text_does_not_stop_the_rows_that_are() -> None:
    data = "姓名,区划\n张三丰,330106\n".encode() + b"\xed\xa0\x80\xff,330108\n" + "李四光,330106\n".encode()
    assert keep([data], called="a.csv", most=MOST).columns == ("姓名", "区划")


def test_threat_6_a_folder_ends_where_the_operator_said(tmp_path: Path) -> None:
    inside, outside = tmp_path / "drops", tmp_path / "other"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret.csv").write_text("a\n1\n")
    (inside / "hunyin_20260301.csv").write_text("a\n1\n")
    (inside / "hunyin_20260302.csv").write_text("a\n2\n")
    allowed = Allowed((inside,))
    assert allowed_file(str(inside), "hunyin_*", allowed).name == "hunyin_20260302.csv"
    (inside / "hunyin_20260303.csv").symlink_to(outside / "secret.csv")
    (tmp_path / "drops2").mkdir()
    bad = (str(outside), f"{inside}/../other", str(tmp_path / "drops2"), "/etc/passwd", str(inside))
    for path in bad:
        with pytest.raises(Refused):
            allowed_file(path, "hunyin_*", allowed)
    with pytest.raises(InputError):
        allowed_file(f"{inside}\0", "", allowed)
    with pytest.raises(InputError):
        last_of(inside, "none*")


HOSTS = Allowed(hosts=("10.1.0.0/16", "db.city", "::1"))


def url(host: str, *found: str, scheme: str = "postgresql") -> str:
    made = allowed_url(f"{scheme}://reader@{host}/city", HOSTS, lambda _host: found)
    return str(made.query.get("hostaddr") or made.host)


def test_threat_8_a_database_lies_where_the_operator_said() -> None:
    assert url("db.city", "192.168.1.5") == "192.168.1.5"
    assert url("10.1.2.3", "10.1.2.3", scheme="mysql") == "10.1.2.3"
    assert url("any.name", "::ffff:10.1.2.3") == "::ffff:10.1.2.3"


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("other.city", ["192.168.1.5"]),
        ("db.city", ["127.0.0.1"]),
        ("db.city", ["192.168.1.5", "169.254.169.254"]),
        ("0x7f000001", ["127.0.0.1"]),
        ("rebind.city", ["10.1.2.3", "10.2.0.1"]),
        ("mapped.city", ["::ffff:127.0.0.1"]),
        ("db.city", ["0.0.0.0"]),
        ("db.city", ["fe80::1%eth0"]),
        ("db.city", ["64:ff9b::7f00:1"]),
        ("db.city", ["2002:7f00:1::"]),
        ("db.city", ["2001:0:4136:e378:8000:63bf:80ff:fffe"]),
    ],
)
def test_threat_8_no_address_leads_anywhere_else(host: str, found: list[str]) -> None:
    with pytest.raises(Refused):
        url(host, *found)


@pytest.mark.parametrize(
    "address",
    [
        "env:RONGHE_DATABASE",
        "url-file:/etc/passwd",
        "postgresql://reader:hunter2@db.city/city",
        "postgresql://reader@db.city/city?sslkey=/keys/reader.key",
        "postgresql://reader@db.city/city?host=127.0.0.1",
        "postgresql:///city",
        "postgresql://db.city",
        "duckdb:///a.db",
        "sqlite:////etc/passwd",
        "sqlite://",
        "file:///etc/passwd",
        "",
    ],
)
def test_threat_8_an_address_is_a_database_and_nothing_else(address: str) -> None:
    with pytest.raises(RongheError) as told:
        allowed_url(address, HOSTS, lambda _host: ["10.1.2.3"])
    assert "hunter2" not in str(told.value)


@pytest.fixture
def drops(tmp_path: Path, settings: LazySettings) -> Path:
    settings.SOURCE_FOLDERS = [tmp_path]
    return tmp_path


@pytest.mark.django_db
def test_a_database_is_read_by_its_table(city: City, version: Version, drops: Path) -> None:
    with sqlite3.connect(drops / "city.db") as connection:
        connection.execute("CREATE TABLE hunyin (公民身份号码, 姓名, 登记日期)")
        connection.execute("INSERT INTO hunyin VALUES (?, '张三丰', '2026-01-05')", [IDS[0]])
    offerer = city.actor("提供 MZJ", city.civil)
    source = mount_database(by=offerer, at=START, asset=version.asset, url=f"sqlite:///{drops}/city.db", table="hunyin")
    assert examine_source(source.pk, clock=lambda: START)
    source.refresh_from_db()
    assert source.probe == {"columns": ["公民身份号码", "姓名", "登记日期"], "missing": [], "rows": 1}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", [{"query": "DELETE FROM hunyin"}, {}, {"table": "a", "query": "SELECT 1"}, {"query": "SELECT 1; SELECT 2"}]
)
def test_a_database_is_read_by_one_select(city: City, version: Version, drops: Path, given: dict[str, Any]) -> None:
    with sqlite3.connect(drops / "city.db") as connection:
        connection.execute("CREATE TABLE hunyin (a)")
    offerer = city.actor("提供 MZJ", city.civil)
    with pytest.raises((Refused, UsageError)):
        mount_database(by=offerer, at=START, asset=version.asset, url=f"sqlite:///{drops}/city.db", **given)


@pytest.mark.django_db
def test_threat_41_a_password_is_sealed_and_nowhere_else(
    city: City,
    version: Version,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    settings: LazySettings,
) -> None:
    settings.SOURCE_HOSTS = ["127.0.0.1"]
    offerer = city.actor("提供 MZJ", city.civil)
    source = mount_database(
        by=offerer,
        at=START,
        asset=version.asset,
        url="postgresql://reader@127.0.0.1:1/city",
        table="hunyin",
        password="canary-4711",
    )
    assert unseal(source.sealed, source.pk) == "canary-4711"
    assert not examine_source(source.pk, clock=lambda: START)
    source.refresh_from_db()
    kept = json.dumps([list(Source.objects.values()), list(Entry.objects.values())], default=str)
    assert "canary" not in kept + caplog.text + repr(reading.reader_of(source, lambda: START)) + str(source)
    with pytest.raises(Refused) as told:
        unseal(source.sealed, version.pk)
    assert "canary" not in str(told.value)


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["{}", "[]", "x", '{"key": "sources.9", "nonce": "00", "data": "00"}'])
def test_a_changed_seal_does_not_open(version: Version, change: str) -> None:
    seal("x", version.pk, START)
    with pytest.raises(RongheError):
        unseal(change, version.pk)


def at(clock: str) -> datetime:
    """A moment of a day in Beijing."""
    return datetime.fromisoformat(f"2026-03-02T{clock}+08:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "open_", "closed"),
    [
        (("01:00", "05:00"), ("01:00", "04:59:59"), ("00:59:59", "05:00")),
        (("22:00", "06:00"), ("22:00", "23:59", "00:00", "05:59"), ("06:00", "21:59")),
    ],
)
def test_hours_are_half_open_and_may_pass_midnight(hours: tuple[str, ...], open_: Any, closed: Any) -> None:
    source = Source(window_from=time.fromisoformat(hours[0]), window_to=time.fromisoformat(hours[1]))
    assert [reading.opens_at(source, at(clock)) for clock in open_] == [None] * len(open_)
    for clock in closed:
        opening = reading.opens_at(source, at(clock))
        assert opening is not None
        assert timedelta() < opening - at(clock) < timedelta(days=1)
        assert reading.opens_at(source, opening) is None


@pytest.mark.django_db
def test_the_stop_switch_ends_a_reading_in_progress(city: City, version: Version) -> None:
    source = mounted(city, version)
    offerer = city.actor("提供 MZJ", city.civil)
    reader = reading.reader_of(source, lambda: START)
    reader.tell("read", 1, 0)
    stop_source(by=offerer, at=START, source=source, reason="检修")
    reader._looked -= 1
    with pytest.raises(Refused) as told:
        reader.tell("read", 2, 0)
    assert told.value.code == "platform.source_stopped"
    with pytest.raises(Refused):
        reading.reader_of(Source.objects.get(pk=source.pk), lambda: START)
    restart_source(by=offerer, at=START, source=source)
    reading.reader_of(Source.objects.get(pk=source.pk), lambda: START)


@pytest.mark.django_db
def test_rows_are_read_at_the_owner_s_pace(city: City, version: Version) -> None:
    source = mounted(city, version, hours=(None, None, 600))
    reader = reading.reader_of(source, lambda: START)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        reader._begun -= seconds

    reader.sleep = sleep
    reader.tell("read", 100, 0)
    assert 9 < sum(slept) <= 10
    with pytest.raises(UsageError):
        set_hours(by=city.actor("提供 MZJ", city.civil), at=START, source=source, hours=(time(1), None, None))


@pytest.mark.django_db
def test_what_was_found_shows_no_value_unmasked(city: City, version: Version) -> None:
    source = mounted(city, version)
    assert examine_source(source.pk, clock=lambda: START)
    source.refresh_from_db()
    assert source.probe["columns"] == ROWS[0].split(",")
    found = {column["column"]: column["kind"] for column in source.examination["found"]}
    assert found["公民身份号码"] == "citizen_id"
    assert source.examination["rows"] == 4
    kept = json.dumps(source.examination, ensure_ascii=False)
    for hidden in (*IDS, "张三丰", "王五"):
        assert hidden not in kept
    assert len(source.examination["sample"]) == 4


@pytest.mark.django_db
def test_a_source_that_lacks_a_declared_column_says_so(city: City, version: Version) -> None:
    source = mounted(city, version, ("公民身份号码,别的", f"{IDS[0]},1"))
    examine_source(source.pk, clock=lambda: START)
    source.refresh_from_db()
    assert source.probe["missing"] == ["姓名", "登记日期"]


@pytest.mark.django_db
@pytest.mark.parametrize("content", [bytes(range(256)), b"PK\x03\x04 no workbook"])
def test_threat_6_an_error_names_an_upload_as_its_sender_does(city: City, version: Version, content: bytes) -> None:
    offerer = city.actor("提供 MZJ", city.civil, Role.OFFERER)
    with pytest.raises(RongheError) as told:
        mount_upload(by=offerer, at=START, asset=version.asset, chunks=[content], called="../登记.csv")
    assert told.value.params["path"] == "登记.csv"


@pytest.mark.django_db
def test_a_folder_is_mounted_and_read_anew_each_time(city: City, version: Version, drops: Path) -> None:
    (drops / "a_1.csv").write_bytes(text())
    offerer = city.actor("提供 MZJ", city.civil)
    source = mount_folder(by=offerer, at=START, asset=version.asset, folder=str(drops), pattern="a_*.csv")
    assert reading.reader_of(source, lambda: START).address.endswith("a_1.csv")
    (drops / "a_2.csv").write_bytes(text())
    assert reading.reader_of(source, lambda: START).address.endswith("a_2.csv")
