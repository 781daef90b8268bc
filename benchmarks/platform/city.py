"""A large city for the platform's cases: the demo's year with its people, and as many more entries as wanted.

It is made once below `build/bench`; its actors, requests and degrees are those that the demo's actions left.
"""

import json
import os
import shutil
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

__all__ = ["kept_city", "session_of"]

SUBJECTS = """
婚姻 户籍 学籍 低保 残疾人 纳税 车辆 不动产 社会保险 公积金 医师 药品 食品 特种设备 排污 水质 林地 耕地 道路 桥梁
公交 航道 渔船 危险化学品 消防 殡葬 养老 托育 慈善 志愿者 法律援助 公证 仲裁 信访 招标 采购 发票 海关 专利 商标
"""
MATTERS = "登记 许可 备案 检查 处罚 补贴 资格 证照 年报 变更 注销 评估 监测 统计 投诉"
WHAT = "信息 名册 台账 明细 结果"
PLACES = "全市 东城区 西城区 南湖区 北山县 高新区 临港区 开发区"
ITEMS = ("统一社会信用代码", "姓名", "公民身份号码", "登记日期", "有效期至", "区划代码", "经办机构")
AT_ONCE = 5_000


def kept_city(made: Path, assets: int, requests: int) -> Path:
    """The home of a city with so many more entries and requests, Django loaded; made where it was not."""
    home = made / f"platform-city-{assets}-{requests}"
    os.environ |= {"RONGHE_HOME": str(home), "RONGHE_HOSTS": "127.0.0.1,testserver", "RONGHE_LOG": "error"}
    whole = home / "whole"
    if not whole.exists():
        shutil.rmtree(home, ignore_errors=True)
    from ronghe.platform.serve.running import prepare, seal_here

    prepare(change=True)
    if not whole.exists():
        _make(home, assets, requests)
        seal_here(home)
        whole.touch()
    return home


def _make(home: Path, assets: int, requests: int) -> None:
    from django.db import transaction

    from ronghe.platform.clock import now
    from ronghe.platform.demo.building import build
    from ronghe.platform.departments.models import Department
    from ronghe.platform.law import profile

    build(home, now=now(), law=profile(), requests=requests)
    owners = list(Department.objects.all())
    with transaction.atomic():
        for start in range(0, assets, AT_ONCE):
            _entries(range(start, min(start + AT_ONCE, assets)), owners, datetime.now(UTC))


def _entries(places: range, owners: list[Any], now: datetime) -> None:
    from ronghe.platform.catalogue import search
    from ronghe.platform.catalogue.models import Asset, Item, Version

    chance = Random(places.start)
    subjects, matters = SUBJECTS.split(), MATTERS.split()
    names = list(product(PLACES.split(), subjects, matters, WHAT.split()))
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
            abstract=f"由{asset.department.name}采集，用于{chance.choice(subjects)}{chance.choice(matters)}。",
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


def session_of(person: Any) -> str:
    """The key of a session in which the person is signed in, as the sign-in page leaves it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def written(task: dict[str, Any], found: object) -> None:
    """Leave what was found where the suite reads it."""
    (Path(task["out"]) / "found.json").write_text(json.dumps(found), "utf-8")
