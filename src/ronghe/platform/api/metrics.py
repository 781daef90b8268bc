"""`/metrics`: figures for Prometheus, in OpenMetrics, for those who watch over the installation."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from ronghe.platform.access.watching import WATCHES
from ronghe.platform.api.calls import let_in
from ronghe.platform.api.figures import REGISTRY
from ronghe.platform.api.problems import plain, problem_of
from ronghe.platform.audit.sealing import waits_since
from ronghe.platform.jobs.models import Beat, Job
from ronghe.platform.requests.models import Request
from ronghe.terms import RongheError

__all__ = ["metrics"]


class _Installation(Collector):
    """What the database knows at the moment of asking."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[Metric]:
        """A figure for each state."""
        for name, about, model in (
            ("ronghe_jobs", "Pieces of work by state.", Job),
            ("ronghe_sharing_requests", "Requests to share by state.", Request),
        ):
            family = GaugeMetricFamily(name, about, labels=("state",))
            for state, count in model.objects.order_by().values_list("state").annotate(count=Count("pk")):
                family.add_metric([state], count)
            yield family
        beat = Beat.objects.aggregate(last=Max("at"))["last"]
        if beat is not None:
            age = (self.at - beat).total_seconds()
            yield GaugeMetricFamily("ronghe_worker_seconds", "Since a worker's last sign of life.", value=age)
        oldest = waits_since()
        waited = (self.at - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily("ronghe_unsealed_seconds", "How long the log is behind the audit trail.", value=waited)


def _text(registry: CollectorRegistry) -> bytes:
    told: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return told


@transaction.non_atomic_requests
@csrf_exempt
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for a token with the scope `jobs.read` of somebody who watches; others learn nothing."""
    try:
        refused = let_in(request, "jobs.read")
    except RongheError as error:
        return problem_of(request, error)
    if refused is not None:
        return refused
    if not request.actor.anywhere(*WATCHES):  # type: ignore[attr-defined]
        return plain(request, 404)
    state = CollectorRegistry()
    state.register(_Installation(request.now))  # type: ignore[attr-defined]
    told = _text(REGISTRY).removesuffix(b"# EOF\n") + _text(state)
    return HttpResponse(told, content_type=CONTENT_TYPE_LATEST)
