"""How many records of a sample are unique in the whole population, estimated from the sample's group sizes alone.

Model: Pitman's sampling formula. Source: N. Hoshino, "Applying Pitman's Sampling Formula to Microdata Disclosure Risk
Assessment", Journal of Official Statistics 17(4), 2001. Its two parameters are found by maximum likelihood.
"""

from collections.abc import Callable, Mapping
from math import exp, inf, lgamma, log

__all__ = ["expected_uniques", "fitted"]

_GOLDEN = (5**0.5 - 1) / 2
_STEPS = 60


def _highest(of: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one top is highest, by golden sections."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = of(left), of(right)
    for _ in range(_STEPS):
        if at_left < at_right:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = of(right)
        else:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = of(left)
    return (low + high) / 2


def _of_sizes(sizes: Mapping[int, int], alpha: float) -> float:
    """The part of the likelihood that only the sizes and alpha play in."""
    return sum(groups * (lgamma(size - alpha) - lgamma(1 - alpha)) for size, groups in sizes.items())


def _of_theta(groups: int, records: int, alpha: float, theta: float) -> float:
    if theta <= -alpha:
        return -inf
    product = (groups - 1) * log(alpha) + lgamma(theta / alpha + groups) - lgamma(theta / alpha + 1)
    return product - lgamma(theta + records) + lgamma(theta + 1)


def fitted(sizes: Mapping[int, int]) -> tuple[float, float]:
    """Alpha (0 to 1) and theta (above -alpha) for which these group sizes (size -> number of groups) are likeliest."""
    groups, records = sum(sizes.values()), sum(size * count for size, count in sizes.items())
    highest = log(1e4 * records + 10)

    def theta_of(alpha: float) -> float:
        shifted = _highest(lambda x: _of_theta(groups, records, alpha, exp(x) - alpha), -10.0, highest)
        return exp(shifted) - alpha

    def of_alpha(alpha: float) -> float:
        return _of_theta(groups, records, alpha, theta_of(alpha)) + _of_sizes(sizes, alpha)

    alpha = _highest(of_alpha, 1e-4, 1 - 1e-4)
    return alpha, theta_of(alpha)


def expected_uniques(sizes: Mapping[int, int], population: int) -> int:
    """The records that are expected to be unique among `population`, of which these groups are a sample."""
    if not sizes.get(1):
        return 0
    alpha, theta = fitted(sizes)
    expected = exp(lgamma(theta + 1) - lgamma(theta + alpha) + alpha * log(population))
    return min(round(expected), population)
