"""Figures of this process: how many requests were answered how, and how long they took."""

from prometheus_client import CollectorRegistry, Counter, Histogram

__all__ = ["REGISTRY", "answered"]

REGISTRY = CollectorRegistry()
_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)
_REQUESTS = Counter("ronghe_requests", "Requests that were answered.", ("method", "route", "status"), registry=REGISTRY)
_SECONDS = Histogram(
    "ronghe_request_seconds", "How long answers took.", ("method", "route"), buckets=_BOUNDS, registry=REGISTRY
)


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request; `route` is the pattern of its address, so that there are not more series than addresses."""
    _REQUESTS.labels(method, route, str(status)).inc()
    _SECONDS.labels(method, route).observe(seconds)
