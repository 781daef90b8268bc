"""Search over a large catalogue: the page that a signed-in person gets, with its hits, facets, pages and sessions.

Each time is that of the CPU from the request to the last byte of the answer, in the process that serves: SQLite runs
in it too.
"""

import json
import os
import shutil
import time
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

PACKAGES = ("ronghe", "django")
DEPARTMENTS = 40
SUBJECTS = tuple(
    "婚姻 户籍 学籍 低保 残疾人 纳税 车辆 不动产 社会保险 公积金 医师 药品 食品 特种设备 排污 水质 林地 耕地 道路 桥梁 公交 航道 渔船 危险化学品 消防"
    " 殡葬 养老 托育 慈善 志愿者 法律援助 公证 仲裁 信访 招标 采购 发票 海关 专利 商标".split()
)
MATTERS = tuple("登记 许可 备案 检查 处罚 补贴 资格 证照 年报 变更 注销 评估 监测 统计 投诉".split())
WHAT = tuple("信息 名册 台账 明细 结果".split())
PLACES = tuple("全市 东城区 西城区 南湖区 北山县 高新区 临港区 开发区".split())
ITEMS = ("统一社会信用代码", "姓名", "公民身份号码", "登记日期", "有效期至", "区划代码", "经办机构")
QUERIES = {
    "rare": ("殡葬补贴明细", "专利年报", "托育 备案 名册", "船检"),
    "common": ("登记", "信息", "检查 结果", "证"),
    "initials": ("bzbt", "hydj", "shbx", "zlnb"),
    "everything": ("",),
}
FACETS = ("", "&kind=data", "&department=D07", "&sharing=conditional", "&page=3")
AT_ONCE = 5_000


def run(task: dict[str, Any]) -> None:
    """Ask the page of a catalogue of `assets` entries, made once below `made`; write what each kind of question cost."""
    made = Path(task["made"]) / f"catalogue-{task['assets']}"
    os.environ |= {"RONGHE_HOME": str(made), "RONGHE_HOSTS": "testserver", "RONGHE_LOG": "error"}
    person = kept_catalogue(made, task["assets"])
    found = {name: _asked(person, texts, task["asks"]) for name, texts in QUERIES.items()}
    (Path(task["out"]) / "found.json").write_text(json.dumps(found), "utf-8")


def kept_catalogue(made: Path, assets: int) -> Any:
    """The person of a catalogue that was made before, else of one that is made now."""
    whole = made / "whole"
    if not whole.exists():
        shutil.rmtree(made, ignore_errors=True)
        catalogue(assets)
        whole.touch()
    from ronghe.platform.serve.running import prepare

    prepare(change=True)
    from ronghe.platform.access.models import Person

    return Person.objects.get(username="申请人")


def catalogue(assets: int) -> None:
    """An installation with so many entries in force, and a person who may ask for data."""
    from ronghe.platform.serve.running import prepare

    prepare(change=True)
    from django.db import transaction

    from ronghe.platform.access.models import Membership, Person
    from ronghe.platform.departments.models import Department

    now = datetime.now(UTC)
    owners = Department.objects.bulk_create(
        Department(code=f"D{place:02}", name=f"第{place}局") for place in range(DEPARTMENTS)
    )
    person = Person.objects.create(username="申请人", name="申请人")
    Membership.objects.create(person=person, department=owners[0], role="asker", since=now)
    with transaction.atomic():
        for start in range(0, assets, AT_ONCE):
            _entries(range(start, min(start + AT_ONCE, assets)), owners, now)


def _entries(places: range, owners: list[Any], now: datetime) -> None:
    from ronghe.platform.catalogue import search
    from ronghe.platform.catalogue.models import Asset, Item, Version

    chance = Random(places.start)
    names = list(product(PLACES, SUBJECTS, MATTERS, WHAT))
    assets = [
        Asset(code=f"A-{place}", kind=chance.choice(("data", "resource")), department=chance.choice(owners), made=now)
        for place in places
    ]
    versions = [
        Version(
            asset=asset,
            number=1,
            state="published",
            name="".join(chance.choice(names)),
            abstract=f"由{asset.department.name}采集，用于{chance.choice(SUBJECTS)}{chance.choice(MATTERS)}。",
            sharing_class=chance.choice(("conditional", "unconditional")),
            effective=now,
        )
        for asset in assets
    ]
    Asset.objects.bulk_create(assets)
    Version.objects.bulk_create(versions)
    Item.objects.bulk_create(
        Item(version=version, place=place, name=name, type="C")
        for version in versions
        for place, name in enumerate(chance.sample(ITEMS, 4))
    )
    search.index(*versions)


def _asked(person: Any, texts: tuple[str, ...], asks: int) -> dict[str, float]:
    from django.test import Client

    client = Client(HTTP_ACCEPT_LANGUAGE="zh")
    client.force_login(person)
    times = []
    for turn in range(-len(texts), asks):
        facet = FACETS[turn // len(texts) % len(FACETS)] if turn >= 0 else ""
        began = time.process_time()
        answer = client.get(f"/catalogue?text={texts[turn % len(texts)]}{facet}")
        took = (time.process_time() - began) * 1000
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code}: {answer.content[:300]!r}")
        if turn >= 0:
            times.append(took)
    times.sort()
    return {"p50_ms": times[len(times) // 2], "p95_ms": times[int(len(times) * 0.95)]}
