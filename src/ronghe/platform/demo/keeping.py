"""How the departments of the demo city keep up what they offer, and what they have beside it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from ronghe.platform.access.rules import Actor
from ronghe.platform.catalogue.inventory import list_inventory
from ronghe.platform.catalogue.models import Asset
from ronghe.platform.demo.cast import Cast
from ronghe.platform.demo.entries import Offer
from ronghe.platform.kinds.data.models import Source
from ronghe.platform.kinds.data.renewing import look_again
from ronghe.platform.kinds.data.sources import mount_folder, mount_upload

__all__ = ["DILIGENCE", "EVERY", "Drop", "list_things", "mount"]

EVERY: Mapping[str, int] = MappingProxyType({"day": 1, "week": 7, "ten_days": 10, "month": 30})
"""Days between two exports; what changes more rarely is uploaded by hand."""
DILIGENCE = (0.86, 0.99)
"""Between these lies the chance of a department that an export comes in time."""
_OUTSIDE: Mapping[str, Sequence[tuple[str, int]]] = MappingProxyType(
    {
        "civil_affairs": (("社会组织年检档案", 9),),
        "enterprises": (("广告监测记录", 12), ("价格监测点明细", 7)),
        "tax": (("发票验旧台账", 10),),
        "property": (("测绘成果目录", 8),),
        "social_security": (("劳动仲裁案件", 11),),
        "disability": (("辅助器具发放台账", 9), ("康复训练记录", 12), ("就业培训签到", 6), ("托养服务记录", 10)),
        "schools": (("校车备案", 8),),
        "health": (("慢性病随访", 14), ("体检预约", 6)),
        "transport": (("公交刷卡明细", 9),),
        "permits": (("窗口排队记录", 5),),
    }
)
"""What a look at their databases found that is in no catalogue: name and columns. Two departments had none taken."""


@dataclass(frozen=True, slots=True)
class Drop:
    """A file that a department's export writes anew, read by the platform where it lies."""

    asset: Asset
    path: Path

    def renew(self, when: datetime) -> None:
        """The export ran, and the platform's nightly look sees it."""
        os.utime(self.path, (when.timestamp(), when.timestamp()))
        look_again(at=when, source=Source.objects.select_related("asset").get(asset=self.asset))


def mount(by: Actor, when: datetime, asset: Asset, offer: Offer, content: bytes, drops: Path) -> Drop | None:
    """Mount an entry's rows: an upload, or a file that lies where an export writes it again and again."""
    called = offer.file or f"{offer.name}.csv"
    if offer.fields["update_period"] not in EVERY:
        mount_upload(by=by, at=when, asset=asset, chunks=[content], called=called)
        return None
    path = drops / f"{asset.code}{Path(called).suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    source = mount_folder(by=by, at=when, asset=asset, folder=str(path))
    look_again(at=when, source=source)
    return Drop(asset, path)


def list_things(cast: Cast, when: datetime, offers: Sequence[Offer]) -> None:
    """Every department but two lists what it has; most of it is in the catalogue."""
    by = cast.coordinator(when)
    for department, outside in _OUTSIDE.items():
        own = [offer for offer in offers if offer.department == department]
        found = [{"name": offer.name, "items": len(offer.items)} for offer in own]
        found += [{"name": name, "items": items} for name, items in outside]
        list_inventory(by=by, at=when, department=cast.departments[department], found=found, system="业务库")
