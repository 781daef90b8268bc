"""Outlier ejection as a value: of several hosts that serve one technology, those that fail are left out for a while.

A host is ejected after several failures in a row, for a base time multiplied by how often it was ejected before; never
more than a part of the hosts at once, since the rest must bear the load. Each base time of good behavior takes one from
the multiplier.

Source: Envoy, "Outlier detection" (consecutive_5xx, base_ejection_time, max_ejection_percent).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

__all__ = ["EjectionRules", "Host", "Pool", "pool_of"]


@dataclass(frozen=True, slots=True)
class EjectionRules:
    """Failures in a row, seconds of the base time and of the longest, and the part of hosts that may be out at once."""

    failures: int = 5
    base: float = 30.0
    longest: float = 300.0
    part: float = 0.5


@dataclass(frozen=True, slots=True)
class Host:
    """Failures in a row, until when it is ejected, how often it was, and since when it has been back."""

    failed: int = 0
    until: float = 0.0
    times: int = 0
    back: float = 0.0

    def ejected(self, now: float) -> bool:
        """True while it is left out."""
        return now < self.until


@dataclass(frozen=True, slots=True)
class Pool:
    """The hosts of one technology by name; a value that `told` makes anew."""

    hosts: Mapping[str, Host]
    rules: EjectionRules = EjectionRules()

    def serving(self, now: float) -> tuple[str, ...]:
        """The hosts that calls may go to at `now`, in seconds of any clock; of one host it is always that one."""
        return tuple(name for name, host in self.hosts.items() if not host.ejected(now))

    def told(self, name: str, now: float, *, good: bool) -> "Pool":
        """The pool after a call to a host ended. KeyError for a host that it does not have."""
        host = self._rested(self.hosts[name], now)
        if host.ejected(now):
            # A call that began before it was ejected tells nothing new.
            return self
        host = replace(host, failed=0 if good else host.failed + 1)
        if host.failed >= self.rules.failures and self._may_eject(now):
            times = host.times + 1
            until = now + min(self.rules.base * times, self.rules.longest)
            host = Host(0, until, times, until)
        return replace(self, hosts={**self.hosts, name: host})

    def _may_eject(self, now: float) -> bool:
        out = len(self.hosts) - len(self.serving(now))
        return out + 1 <= self.rules.part * len(self.hosts)

    def _rested(self, host: Host, now: float) -> Host:
        if not host.times or host.failed or host.ejected(now):
            return host
        rests = min(int((now - host.back) // self.rules.base), host.times)
        return replace(host, times=host.times - rests, back=host.back + rests * self.rules.base)


def pool_of(names: tuple[str, ...], rules: EjectionRules | None = None) -> Pool:
    """A pool of hosts that nothing is known of yet. ValueError without any."""
    if not names:
        raise ValueError("a pool needs a host")
    return Pool({name: Host() for name in names}, rules or EjectionRules())
