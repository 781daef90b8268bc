"""What happens in the city beside requests: needs, collections, wrong rows, sources that stop, extensions.

Read from `matters.toml`. Each is done, like all in the year, by the action that a page would call.
"""

import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from ronghe.platform.access.roles import Role
from ronghe.platform.catalogue.models import Asset, Demand, VersionState
from ronghe.platform.catalogue.needs import announce, answer_demand, ask_for, assign_demand
from ronghe.platform.demo.keeping import Drop
from ronghe.platform.demo.year import OFFERING_DAYS, Year
from ronghe.platform.departments.models import Department
from ronghe.platform.kinds.data import store
from ronghe.platform.kinds.data.corrections import confirm
from ronghe.platform.kinds.data.models import Correction, Delivery, DeliveryState, Source, SourceKind
from ronghe.platform.kinds.data.plans import over, released_as_key
from ronghe.platform.kinds.data.snapshots import PARQUET, rows_between
from ronghe.platform.kinds.data.sources import mount_upload, restart_source, stop_source
from ronghe.platform.requests import actions, objections
from ronghe.platform.requests.models import Grant, Objection, Request
from ronghe.terms import Refused, RequestState

__all__ = ["Matters"]

Event = Callable[[datetime], None]
_LONGER = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Matters:
    """The matters of a year; `plan` puts them on its calendar."""

    year: Year

    def plan(self) -> None:
        """Once the catalogue is there and requests were answered."""
        document = tomllib.loads((files("ronghe.platform.demo") / "matters.toml").read_text("utf-8"))
        for place, demand in enumerate(document["demand"]):
            self._on(OFFERING_DAYS + 40 + 80 * place, self._demand(demand))
        for place, one in enumerate(document["announcement"]):
            self._on(OFFERING_DAYS + 60 + 90 * place, self._announcement(one))
        for place, one in enumerate(document["objection"]):
            self._on(OFFERING_DAYS + 110 + 30 * place, self._objection(one, tries=60))
        for place in range(2):
            self._on(OFFERING_DAYS + 120 + 110 * place, self._stop)
        for place in range(3):
            self._on(OFFERING_DAYS + 90 + 60 * place, self._longer)

    def _on(self, day: int, event: Event) -> None:
        year = self.year
        working = year.law.calendar.after((year.begin + timedelta(days=day)).date(), 1).day
        year.at(year.office_hour(working), event)

    def _department(self, code: str) -> Department:
        return self.year.cast.departments[code]

    def _demand(self, said: Mapping[str, Any]) -> Event:
        """Somebody needs what is not there; the bureau finds an owner, who answers, or nobody is found yet."""

        def event(when: datetime) -> None:
            by = self.year.cast.actor(said["asker"], Role.ASKER, when)
            demand = ask_for(by=by, at=when, department=self._department(said["asker"]), text=said["text"])
            if "owner" in said:
                self.year.at(self.year.after(when, 2), assign(demand))

        def assign(demand: Demand) -> Event:
            def assigned(when: datetime) -> None:
                by, owner = self.year.cast.coordinator(when), self._department(said["owner"])
                assign_demand(by=by, at=when, demand=demand, owner=owner, profile=self.year.law)
                self.year.at(self.year.after(when, 6), answer(demand))

            return assigned

        def answer(demand: Demand) -> Event:
            def answered(when: datetime) -> None:
                demand.refresh_from_db()
                by = self.year.cast.actor(said["owner"], Role.OFFERER, when)
                asset = self._asset(said["entry"]) if "entry" in said else None
                answer_demand(by=by, at=when, demand=demand, answer=said["answer"], asset=asset)

            return answered

        return event

    def _asset(self, name: str) -> Asset | None:
        return Asset.objects.filter(versions__name=name, versions__state=VersionState.PUBLISHED).first()

    def _announcement(self, said: Mapping[str, Any]) -> Event:
        def event(when: datetime) -> None:
            department = said["department"]
            announce(
                by=self.year.cast.actor(department, Role.OFFERER, when),
                at=when,
                department=self._department(department),
                name=said["name"],
                items=said["items"],
                reason=said["reason"],
            )

        return event

    # Wrong rows.

    def _objection(self, said: Mapping[str, Any], tries: int) -> Event:
        """Somebody finds a wrong value in what they received; until somebody received the field, tomorrow again."""

        def event(when: datetime) -> None:
            held = self._held(said["field"], when)
            if held is None:
                if tries:
                    self.year.at(self.year.after(when, 1), self._objection(said, tries - 1))
                return
            grant, key = held
            made = objections.object_to_row(
                by=self.year.cast.asker(grant.consumer_id, when),
                at=when,
                department=grant.consumer,
                version=grant.version,
                row_key=key,
                field=said["field"],
                claim=said["claim"],
                evidence=said["evidence"],
                profile=self.year.law,
                grant=grant,
            )
            self.year.at(self.year.after(when, 4), self._answer(made, said))

        return event

    def _held(self, field: str, when: datetime) -> tuple[Grant, str] | None:
        """A living grant whose delivery has the field and the key, and the key of one of its rows."""
        ready = Delivery.objects.filter(state=DeliveryState.READY, grant__fields__has_key=field).order_by("-made")
        for delivery in ready.select_related("grant__consumer", "grant__version__asset", "grant__line__request"):
            grant = delivery.grant
            key = released_as_key(grant)
            if not key or key == field or over(grant, when):
                continue
            path = store.snapshot_folder(grant.pk, delivery.number) / PARQUET
            row = rows_between(path, self.year.chance.randrange(delivery.rows or 1), 1)
            return grant, str(row.column(key)[0].as_py())
        return None

    def _answer(self, made: Objection, said: Mapping[str, Any]) -> Event:
        def event(when: datetime) -> None:
            owner = self._code(made.version.asset.department_id)
            by = self.year.cast.actor(owner, Role.OFFERER, when)
            if said["upheld"]:
                self._remount(when, made.version.asset, owner)
            told = objections.answer_objection(
                by=by, at=when, objection=made, upheld=said["upheld"], answer=said["answer"]
            )
            self.year.work(when)
            if told:
                self.year.at(self.year.after(when, 2), lambda at: self._confirm(at, made))
            else:
                self.year.at(self.year.after(when, 1), lambda at: self._quarrel(at, made))

        return event

    def _code(self, department: object) -> str:
        return next(code for code, one in self.year.cast.departments.items() if one.pk == department)

    def _remount(self, when: datetime, asset: Asset, owner: str) -> None:
        """The owner hands in the register as it is now."""
        offer = next(offer for offer, version in self.year.versions if version.asset_id == asset.pk)
        content = (self.year.files / offer.file).read_bytes() if offer.file else self.year.town.table(offer)
        source = Source.objects.select_related("asset").get(asset=asset)
        if source.kind == SourceKind.FOLDER:
            Drop(asset, Path(source.address)).renew(when)
        else:
            by = self.year.cast.actor(owner, Role.OFFERER, when)
            mount_upload(by=by, at=when, asset=asset, chunks=[content], called=offer.file or f"{offer.name}.csv")
        self.year.work(when)

    def _confirm(self, when: datetime, made: Objection) -> None:
        """All holders but the last confirm: one still has to."""
        pending = list(Correction.objects.filter(objection=made).select_related("grant").order_by("pk"))
        for correction in pending[:-1] or pending:
            by = self.year.cast.asker(correction.grant.consumer_id, when)
            confirm(by=by, at=when, correction=correction)

    def _quarrel(self, when: datetime, made: Objection) -> None:
        made.refresh_from_db()
        by = self.year.cast.asker(made.department_id, when)
        text = "证据足以说明登记有误，请复核"
        objections.raise_dispute(by=by, at=when, department=made.department, about=made, text=text)

    # Sources that rest, and rights that last longer.

    def _stop(self, when: datetime) -> None:
        """An owner stops a source that is in use for maintenance, and starts it again two days later."""
        used = Grant.objects.filter(revoked__isnull=True, valid_until__gt=when).values("version__asset")
        source = Source.objects.filter(asset__in=used, stopped__isnull=True).select_related("asset").first()
        if source is None:
            return
        owner = self._code(source.asset.department_id)
        by = self.year.cast.actor(owner, Role.OFFERER, when)
        stopped = stop_source(by=by, at=when, source=source, reason="业务系统升级维护")

        def again(later: datetime) -> None:
            by = self.year.cast.actor(owner, Role.OFFERER, later)
            restart_source(by=by, at=later, source=stopped)
            self.year.work(later)

        self.year.at(self.year.after(when, 2), again)

    def _longer(self, when: datetime) -> None:
        """An approver extends a right that is used and will end soon."""
        soon = Request.objects.filter(state=RequestState.IN_USE.value, wanted_until__lt=when + _LONGER)
        for request in soon.filter(wanted_until__gt=when).order_by("wanted_until"):
            by = self.year.cast.actor(self._code(request.owner_id), Role.APPROVER, when)
            # Some entries are shared for a year at most.
            with suppress(Refused):
                until = request.wanted_until + _LONGER
                actions.extend(by=by, at=when, request=request, until=until, profile=self.year.law)
                return
