"""Two shares compared: how many letters it takes, and how sure a difference is. Formulas with their sources, no library.

`z` is the 97.5 % point of the normal distribution throughout (two-sided 5 %).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)
Z_POWER = NormalDist().inv_cdf(0.8)
"""80 % power."""


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`, with its interval at 95 %."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.hits / self.of


def needed(expected: float, hoped: float) -> int:
    """Letters an arm needs to find a difference between two shares with a power of 80 % at a two-sided 5 %.

    Fleiss, Levin, Paik: Statistical Methods for Rates and Proportions (3rd ed., 2003), eq. 4.14, without the continuity
    correction. Raises ValueError for shares that are equal or not strictly between 0 and 1.
    """
    if not 0 < expected < 1 or not 0 < hoped < 1:
        raise ValueError("both shares must lie between 0 and 1")
    if expected == hoped:
        raise ValueError("two equal shares differ in nothing that could be found")
    mean = (expected + hoped) / 2
    spread = Z * sqrt(2 * mean * (1 - mean)) + Z_POWER * sqrt(expected * (1 - expected) + hoped * (1 - hoped))
    return ceil((spread / (hoped - expected)) ** 2)


def share(hits: int, of: int) -> Share:
    """A share with the interval of Wilson (1927). Raises ValueError without a denominator (R10)."""
    if not 0 <= hits <= of or of < 1:
        raise ValueError("a share needs a denominator, and no more hits than that")
    p, square = hits / of, Z * Z
    middle = (p + square / (2 * of)) / (1 + square / of)
    half = Z / (1 + square / of) * sqrt(p * (1 - p) / of + square / (4 * of * of))
    # At the edges the bound is exactly 0 or 1; the formula misses it by rounding.
    return Share(
        hits, of, 0.0 if hits == 0 else max(0.0, middle - half), 1.0 if hits == of else min(1.0, middle + half)
    )


def difference(one: Share, other: Share) -> tuple[float, float, float]:
    """(difference, low, high) of `one` less `other`: the hybrid score interval, Newcombe (1998), method 10."""
    gap = one.value - other.value
    low = gap - sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    high = gap + sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return gap, low, high
