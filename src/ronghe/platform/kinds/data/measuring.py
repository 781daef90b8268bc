"""D_s from the log: what departments hold and how they answered, in the engine's words and back."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction

from django.db.models import Count, Q, Sum

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.trail import Event
from ronghe.platform.catalogue.visibility import visible_versions
from ronghe.platform.kinds.data.held import ACTIONS as HELD
from ronghe.platform.kinds.data.held import Holding
from ronghe.platform.kinds.data.models import Read
from ronghe.platform.kinds.measure import WINDOW_DAYS, Flow, Measured, Row, Share
from ronghe.platform.requests.measuring import ACTIONS as ANSWERED
from ronghe.platform.requests.measuring import Answering
from ronghe.platform.requests.models import Grant
from ronghe.platform.requests.visibility import visible_grants, visible_requests
from ronghe.sharing_index import DepartmentShare, Part, data_share
from ronghe.standards.legal import LegalProfile

__all__ = ["FACTORS", "DataMeasure"]

FACTORS = ("approved", "present", "fresh", "quality", "answered")
"""kappa, mu, phi, q and rho, in the order in which they are multiplied."""


class DataMeasure:
    """See `ronghe.platform.kinds.measure.Measure`."""

    name = "data"
    actions = HELD | ANSWERED

    def measure(self, events: Iterable[Event], *, at: datetime, law: LegalProfile) -> Measured:
        """See the protocol. Raises `sharing_index.no_requests` and `sharing_index.empty` while there is no degree."""
        since = at - timedelta(days=WINDOW_DAYS)
        holding = Holding(law)
        answering = Answering(law, holding.class_of)
        both = holding.takers(), answering.takers()
        takers = {action: [take[action] for take in both if action in take] for action in self.actions}
        for event in events:
            for take in takers[event.action]:
                take(event)
        found = data_share(
            holding.datasets(since=since, at=at),
            answering.answers(holding.owners(), since=since, at=at),
            coverage=holding.coverage(),
            least_coverage=Fraction(law.least_coverage, 100),
        )
        weights = {one.department: one.amount for one in found.departments if one.share is not None}
        total = sum(weights.values())
        ends = [
            sum(
                weights[one.department] * (getattr(one, end) or 0.0)
                for one in found.departments
                if one.share is not None
            )
            for end in ("low", "high")
        ]
        return Measured(
            found.degree.exact,
            ends[0] / total,
            ends[1] / total,
            tuple(map(_share, found.departments)),
            found.inputs,
        )

    def flows(self, actor: Actor, *, since: datetime, at: datetime) -> list[Flow]:
        """See the protocol."""
        seen = Grant.objects.filter(visible_grants(actor), version__asset__kind="data")
        pair = ("version__asset__department", "consumer")
        grants = {
            (owner, consumer): count
            for owner, consumer, count in seen.filter(valid_from__lte=at, valid_until__gt=since)
            .order_by()
            .values_list(*pair)
            .annotate(count=Count("pk"))
        }
        reads = Read.objects.filter(grant__in=seen, at__gt=since, at__lte=at).order_by()
        used = {
            (owner, consumer): (count, rows or 0)
            for owner, consumer, count, rows in reads.values_list(*(f"grant__{name}" for name in pair)).annotate(
                count=Count("pk"), total=Sum("rows")
            )
        }
        return [
            Flow(str(owner), str(consumer), grants.get((owner, consumer), 0), *used.get((owner, consumer), (0, 0)))
            for owner, consumer in sorted({*grants, *used}, key=str)
        ]

    def visible(self, actor: Actor) -> Mapping[str, Q]:
        """See the protocol: what lies outside the catalogue is seen by its department and the bureau."""
        everywhere = actor.anywhere(Role.COORDINATOR, Role.AUDITOR)
        own = Q() if everywhere else Q(pk__in=actor.where(Role.OFFERER, Role.APPROVER, Role.SECURITY_OFFICER))
        return {"entry": visible_versions(actor), "request": visible_requests(actor), "outside": own}


def _share(one: DepartmentShare) -> Share:
    return Share(
        department=one.department,
        amount=Fraction(one.amount),
        share=one.share,
        low=one.low,
        high=one.high,
        factors=_chain(one),
        requests=one.rate.requests,
        coverage=one.coverage,
        places=one.places,
        rows=(*map(_held, one.parts), *(_request(key, grade) for key, grade in one.rate.grades)),
    )


def _chain(one: DepartmentShare) -> tuple[tuple[str, Fraction], ...]:
    """Each factor over what the ones before it left, so that their product is the share, exactly."""
    left = Fraction(one.amount)
    found: list[tuple[str, Fraction]] = []
    weights = [Fraction(part.dataset.items) for part in one.parts]
    for name in FACTORS[:-1]:
        weights = [weight * getattr(part, name) for weight, part in zip(weights, one.parts, strict=True)]
        kept = sum(weights, Fraction())
        found.append((name, kept / left if left else Fraction()))
        left = kept
    return (*found, (FACTORS[-1], one.rate.value))


_COUNTS = ("declared", "present", "due", "met", "checked", "passed", "objections", "settled")


def _held(part: Part) -> Row:
    about = part.dataset.id.partition(":")[0] if ":" in part.dataset.id else "entry"
    factors = {name: getattr(part, name) for name in FACTORS[:-1]}
    counts = {name: getattr(part.dataset, name) for name in _COUNTS if getattr(part.dataset, name)}
    return Row(about, part.dataset.id, part.dataset.name, part.dataset.items, factors, counts)


def _request(key: str, grade: Fraction) -> Row:
    request, _, asset = key.partition("/")
    return Row("request", request, asset, 1, {"answered": grade})
