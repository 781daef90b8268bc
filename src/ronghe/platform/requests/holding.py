"""Whether what an entry lays down as conditions of sharing holds for a request, and whether it is shared at all."""

from collections.abc import Mapping
from typing import Any

from ronghe.platform.catalogue.conditions import Checked, checked
from ronghe.platform.catalogue.models import SharingClass, Version, VersionState
from ronghe.platform.requests.kind import kind_of
from ronghe.platform.requests.models import Line, Request
from ronghe.terms import Refused

__all__ = ["check_conditions_hold", "check_still_shared", "conditions_of"]


def _facts(request: Request, line: Line) -> Mapping[str, Any]:
    kind = kind_of(line.version.asset.kind)
    fields = line.granted if line.granted is not None else line.fields
    return {
        "requester": request.requester.code,
        "purpose": request.purpose,
        "legal_basis": request.legal_basis,
        "days": (request.wanted_until - request.wanted_from).days,
        "fields": len(fields),
        "personal": kind.is_personal(line, fields),
        "assessment": bool(request.assessment),
        **kind.facts_of(line),
    }


def conditions_of(request: Request, line: Line) -> tuple[Checked, ...]:
    """The conditions under which the entry of a line is shared; none for one that is shared without."""
    if line.version.sharing_class != SharingClass.CONDITIONAL:
        return ()
    return checked(line.version.conditions, _facts(request, line))


def check_conditions_hold(request: Request, line: Line) -> None:
    """Refused where one that a machine can check does not hold."""
    for one in conditions_of(request, line):
        if one.holds is False:
            raise Refused("platform.condition_unmet", name=line.version.name, condition=one.text, check=one.check)


def check_still_shared(version: Version) -> None:
    """Refused for an entry that was withdrawn since, or whose version in force is not shared any more. An older version
    may still be granted: its owner decides knowing what changed."""
    in_force = version.asset.versions.filter(state=VersionState.PUBLISHED).first()
    if in_force is None:
        raise Refused("platform.not_in_force", name=version.name)
    if in_force.sharing_class == SharingClass.NOT_SHARED:
        raise Refused("platform.not_shared", name=in_force.name, basis=in_force.legal_basis)
