"""The departments and people of the demo city, added by the administrators as in a real one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ronghe.journeys.demo_city.departments import DEPARTMENTS
from ronghe.platform.access.actions import add_person, give_role
from ronghe.platform.access.models import Person
from ronghe.platform.access.organization import add_department
from ronghe.platform.access.queries import actor_of
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.access.start import start
from ronghe.platform.departments.models import Department

__all__ = ["BUREAU", "Cast", "Member", "appear", "members"]

BUREAU = "bureau"
_BUREAU_NAME, _BUREAU_CODE = "云州市数据局", "SJJ"
_CODES = {
    "population": "GAJ",
    "civil_affairs": "MZJ",
    "enterprises": "SCJG",
    "tax": "SWJ",
    "property": "ZGJ",
    "social_security": "RSJ",
    "disability": "CL",
    "schools": "JYJ",
    "health": "WJW",
    "transport": "JTJ",
    "permits": "SPJ",
    "inspections": "YJJ",
}
_SURNAMES = "陈林黄张李王吴刘蔡杨许郑谢洪郭邱曾廖赖徐周叶苏庄吕江何罗高潘简朱钟游詹施沈彭赵胡余卢梁颜柯翁魏孙"
_GIVEN = ("静", "志远", "丽华", "建国", "晓燕", "文博", "雪梅", "海涛", "佳怡", "国强", "思敏", "永康", "雅琴")
_STEPS_OF_TWO = frozenset({"population", "tax", "health"})
"""These answer in two steps, so that each has a second approver."""
_ADMINISTRATORS = {
    Role.SYSTEM_ADMINISTRATOR: ("xitong", "董永安"),
    Role.SECURITY_ADMINISTRATOR: ("anquan", "孟慧敏"),
    Role.AUDIT_ADMINISTRATOR: ("shenji", "秦正平"),
}


@dataclass(frozen=True, slots=True)
class Member:
    """A person to be: sign-in name, own name, department, roles."""

    username: str
    name: str
    department: str
    roles: tuple[Role, ...]


def _plan(department: str) -> tuple[tuple[str, tuple[Role, ...]], ...]:
    if department == BUREAU:
        return (
            ("tongchou", (Role.COORDINATOR,)),
            ("jiancha", (Role.AUDITOR,)),
            ("yunwei", (Role.OPERATOR,)),
            ("shiyong", (Role.ASKER,)),
        )
    second = (("fuhe", (Role.APPROVER,)),) if department in _STEPS_OF_TWO else ()
    keeper = (("ziyuan", (Role.RESOURCE_KEEPER,)),) if department == "inspections" else ()
    return (
        ("tigong", (Role.OFFERER,)),
        ("xuqiu", (Role.ASKER,)),
        ("shenpi", (Role.APPROVER, Role.SECURITY_OFFICER)),
        *second,
        *keeper,
    )


def members() -> tuple[Member, ...]:
    """Everybody but the administrators, by department."""
    made: list[Member] = []
    for department in (BUREAU, *DEPARTMENTS):
        prefix = "" if department == BUREAU else f"{_CODES[department].lower()}."
        for word, roles in _plan(department):
            place = len(made)
            name = _SURNAMES[place % len(_SURNAMES)] + _GIVEN[place % len(_GIVEN)]
            made.append(Member(prefix + word, name, department, roles))
    return tuple(made)


@dataclass
class Cast:
    """Who is there, by department and role."""

    departments: dict[str, Department] = field(default_factory=dict)
    people: dict[tuple[str, Role], list[Person]] = field(default_factory=dict)
    administrators: dict[Role, Person] = field(default_factory=dict)

    def actor(self, department: str, role: Role, at: datetime, which: int = 0) -> Actor:
        """The person of a department with a role, as they are at an instant."""
        return actor_of(self.people[department, role][which], at)

    def asker(self, department: UUID, at: datetime) -> Actor:
        """Who asks for a department."""
        code = next(code for code, one in self.departments.items() if one.pk == department)
        return self.actor(code, Role.ASKER, at)

    def administrator(self, role: Role, at: datetime) -> Actor:
        """One of the three administrators."""
        return actor_of(self.administrators[role], at)

    def coordinator(self, at: datetime) -> Actor:
        """Who acts for the bureau."""
        return self.actor(BUREAU, Role.COORDINATOR, at)


def appear(*, at: datetime, password: str) -> Cast:
    """Start the installation and let everybody in; all have one password, which the sign-in page of a demo tells."""
    start(
        at=at,
        bureau=_BUREAU_NAME,
        code=_BUREAU_CODE,
        people={role: (username, password) for role, (username, _) in _ADMINISTRATORS.items()},
    )
    cast = Cast()
    for role, (username, name) in _ADMINISTRATORS.items():
        cast.administrators[role] = Person.objects.get(username=username)
        # An installation begins with three sign-in names; a visitor wants to meet people.
        Person.objects.filter(username=username).update(name=name, password_given=False)
    system = cast.administrator(Role.SYSTEM_ADMINISTRATOR, at)
    security = cast.administrator(Role.SECURITY_ADMINISTRATOR, at)
    bureau = Department.objects.get(code=_BUREAU_CODE)
    cast.departments = {BUREAU: bureau, **_departments(system, at, bureau)}
    for member in members():
        person = add_person(by=system, at=at, username=member.username, name=member.name)
        for role in member.roles:
            department = cast.departments[member.department]
            give_role(by=security, at=at, person=person, department=department, role=role)
            cast.people.setdefault((member.department, role), []).append(person)
    # Hashing is slow on purpose, and here there is but one password.
    hashed = cast.administrators[Role.SYSTEM_ADMINISTRATOR].password
    Person.objects.exclude(pk__in=[person.pk for person in cast.administrators.values()]).update(password=hashed)
    return cast


def _departments(system: Actor, at: datetime, bureau: Department) -> Mapping[str, Department]:
    return {
        code: add_department(
            by=system,
            at=at,
            code=_CODES[code],
            name=name,
            parent=bureau,
            approval_steps=2 if code in _STEPS_OF_TWO else 1,
        )
        for code, name in DEPARTMENTS.items()
    }
