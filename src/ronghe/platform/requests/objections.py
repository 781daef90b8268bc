"""Objections to rows (数据校核), and the ladder for those who do not agree."""

from datetime import datetime

from django.db import transaction

from ronghe.platform.access.queries import who_did
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, check_role
from ronghe.platform.audit.actions import record
from ronghe.platform.catalogue.models import Version
from ronghe.platform.departments.models import Department
from ronghe.platform.requests.kind import kind_of
from ronghe.platform.requests.models import Dispute, DisputeStep, Grant, Objection, Request
from ronghe.platform.requests.moving import standing_in
from ronghe.platform.requests.rules import RUNGS, check_decider, next_rung
from ronghe.standards.legal import LegalProfile
from ronghe.terms import InputError, Refused, RequestState, UsageError, legal_day

__all__ = ["answer_objection", "climb", "holders", "object_to_row", "raise_dispute", "settle"]


def object_to_row(
    *,
    by: Actor,
    at: datetime,
    department: Department,
    version: Version,
    row_key: str,
    field: str,
    claim: str,
    evidence: str,
    profile: LegalProfile,
    grant: Grant | None = None,
) -> Objection:
    """Say that a value of a row that one was granted is wrong, with evidence; the owner's clock starts.

    `grant` is the one under which the row was received, if None the newest that has the field.
    """
    by = standing_in(by, check_role(by, Role.ASKER, department.pk, scope="requests.write"))
    if not (row_key.strip() and claim.strip() and evidence.strip()):
        raise UsageError("platform.objection_form")
    grants = Grant.objects.filter(consumer=department, version__asset=version.asset_id)
    received = [one for one in grants.order_by("-pk") if field in one.fields and grant in (None, one)]
    if not received:
        raise Refused("platform.objection_field", field=field)
    due = profile.due("objection", legal_day(at, profile.zone))
    with transaction.atomic():
        objection = Objection.objects.create(
            version=version,
            grant=received[0],
            department=department,
            person=by.person,
            row_key=row_key.strip(),
            field=field,
            claim=claim.strip(),
            evidence=evidence.strip(),
            made=at,
            due=due.day if due else None,
            due_provisional=due.provisional if due else False,
        )
        _entry(by, at, "made", objection, due=objection.due and objection.due.isoformat())
        kind_of(version.asset.kind).objected(objection, at)
    return objection


def _entry(by: Actor, at: datetime, action: str, objection: Objection, **facts: object) -> None:
    record(
        by=by,
        at=at,
        action=f"objection.{action}",
        subject_kind="objection",
        subject=objection.pk,
        departments=[str(objection.department_id), str(objection.version.asset.department_id)],
        facts={"field": objection.field, "asset": objection.version.asset.code, **facts},
    )


def holders(objection: Objection) -> list[Grant]:
    """Every grant under which the field of this asset went out: whom a correction must reach."""
    grants = Grant.objects.filter(version__asset=objection.version.asset_id).select_related(
        "consumer", "version__asset", "line__request"
    )
    return [grant for grant in grants if objection.field in grant.fields]


def answer_objection(*, by: Actor, at: datetime, objection: Objection, upheld: bool, answer: str) -> list[Grant]:
    """The owner checked the row: right or wrong, and why. Gives the grants that a correction must reach."""
    owner = objection.version.asset.department_id
    held = check_role(by, Role.OFFERER, owner, scope="requests.write")
    for person in {objection.person, *who_did("objection", objection.pk, "objection.made")}:
        check_decider(by, held, asked_by=person, decided_by=())
    if not answer.strip():
        raise UsageError("platform.reason_missing")
    with transaction.atomic():
        now = Objection.objects.select_for_update().get(pk=objection.pk)
        if now.answered is not None:
            raise Refused("platform.objection_answered")
        now.answered, now.upheld, now.answer, now.due = at, upheld, answer.strip(), None
        now.save()
        told = holders(now) if upheld else []
        for grant in told:
            grant.epoch += 1
            grant.save(update_fields=["epoch"])
        if told:
            kind_of(now.version.asset.kind).corrected(told, now, at)
        # Not whom it reached: each side's security officer reads this, and a holder learns of itself alone.
        _entry(by, at, "upheld" if upheld else "rejected", now)
    return told


def raise_dispute(*, by: Actor, at: datetime, department: Department, about: Request | Objection, text: str) -> Dispute:
    """Say that a refusal or an answer is wrong; it begins with negotiation. Refused for a second one about the same
    matter: who is not content takes the first one up the ladder."""
    by = standing_in(by, check_role(by, Role.ASKER, department.pk, scope="requests.write"))
    if isinstance(about, Request) and (about.requester_id != department.pk or about.state != RequestState.REFUSED):
        raise Refused("platform.dispute_about")
    if isinstance(about, Objection) and (about.department_id != department.pk or about.upheld is not False):
        raise Refused("platform.dispute_about")
    with transaction.atomic():
        # Locked, so that of two at the same instant one comes second.
        kept = Request.objects if isinstance(about, Request) else Objection.objects
        kept.select_for_update().get(pk=about.pk)
        if about.disputes.exists():
            raise Refused("platform.dispute_twice")
        dispute = Dispute.objects.create(
            request=about if isinstance(about, Request) else None,
            objection=about if isinstance(about, Objection) else None,
            raised_by=department,
            rung=RUNGS[0],
            made=at,
        )
        _step(by, at, dispute, text, "raised")
    return dispute


def _step(by: Actor, at: datetime, dispute: Dispute, text: str, action: str) -> None:
    if not text.strip():
        raise UsageError("platform.reason_missing")
    DisputeStep.objects.create(dispute=dispute, rung=dispute.rung, text=text.strip(), person_name=by.person_name, at=at)
    record(
        by=by,
        at=at,
        action=f"dispute.{action}",
        subject_kind="dispute",
        subject=dispute.pk,
        departments=[str(dispute.raised_by_id), str(_owner(dispute))],
        facts={"rung": dispute.rung, "about": str(dispute.request_id or dispute.objection_id)},
    )


def _owner(dispute: Dispute) -> object:
    if dispute.request is not None:
        return dispute.request.owner_id
    assert dispute.objection is not None
    return dispute.objection.version.asset.department_id


def climb(*, by: Actor, at: datetime, dispute: Dispute, text: str) -> Dispute:
    """Take the matter to the next rung: the side that raised it does."""
    by = standing_in(by, check_role(by, Role.ASKER, dispute.raised_by_id, scope="requests.write"))
    with transaction.atomic():
        now = Dispute.objects.select_for_update().get(pk=dispute.pk)
        if now.settled is not None:
            raise Refused("platform.dispute_settled")
        now.rung = next_rung(now.rung)
        now.save(update_fields=["rung"])
        _step(by, at, now, text, "climbed")
    return now


def _check_no_party(by: Actor, dispute: Dispute) -> None:
    """Separation of duty by person: not who asked or objected, nor who raised the dispute or took it up, nor whoever
    stands in for one of them."""
    about = dispute.request or dispute.objection
    assert about is not None
    matter = ("request", "drafted") if dispute.request else ("objection", "made")
    parties = who_did("dispute", dispute.pk, "dispute.raised", "dispute.climbed")
    parties |= who_did(matter[0], about.pk, f"{matter[0]}.{matter[1]}") | {about.person}
    if by.hats & parties:
        raise Refused("platform.own_dispute")


def settle(*, by: Actor, at: datetime, dispute: Dispute, upheld: bool, text: str) -> Dispute:
    """End the matter: on the first rung the owner gives in, on later ones the bureau decides. A refusal that falls
    counts against the owner in the index. Refused for an owner who would decide against the other side."""
    with transaction.atomic():
        now = Dispute.objects.select_for_update().get(pk=dispute.pk)
        if now.settled is not None:
            raise Refused("platform.dispute_settled")
        if now.rung == RUNGS[0]:
            owner = now.request.owner if now.request else now.objection and now.objection.version.asset.department
            if owner is None:
                raise InputError("platform.dispute_about")
            check_role(by, Role.APPROVER, owner.pk, scope="requests.write")
            if not upheld:
                raise Refused("platform.dispute_owner")
        elif not by.anywhere(Role.COORDINATOR):
            raise Refused("platform.role_missing", role=Role.COORDINATOR.value)
        _check_no_party(by, now)
        now.settled, now.upheld = at, upheld
        now.save(update_fields=["settled", "upheld"])
        _step(by, at, now, text, "upheld" if upheld else "rejected")
    return now
