# SPDX-License-Identifier: MIT
"""The few statistics that a bench needs, in words of one formula each."""

import math
import statistics
from collections.abc import Sequence
from typing import Any

from image.bench.protocol import left_out

PANELS = 2000  # of Simpson's rule


def summary(values: Sequence[float]) -> dict[str, Any] | None:
    """Mean, standard deviation and range of the runs that count; None where there is none."""
    if not values:
        return None
    apart = left_out(values)
    counted = [value for place, value in enumerate(values) if place not in apart]
    return {
        "mean": statistics.fmean(counted),
        "sd": statistics.stdev(counted) if len(counted) > 1 else 0.0,
        "min": min(counted),
        "max": max(counted),
        "counted": len(counted),
    }


def welch(first: Sequence[float], second: Sequence[float]) -> float:
    """Probability that means differ so much by chance alone: Welch's t test, two-sided.

    Each side needs two values. Without any spread, equal means give 1, others 0.
    """
    parts = [statistics.variance(values) / len(values) for values in (first, second)]
    difference = abs(statistics.fmean(first) - statistics.fmean(second))
    if sum(parts) == 0:
        return 0.0 if difference else 1.0
    freedom = sum(parts) ** 2 / sum(
        part**2 / (len(values) - 1) for part, values in zip(parts, (first, second), strict=True)
    )
    return tail(difference / math.sqrt(sum(parts)), freedom)


def tail(t: float, freedom: float) -> float:
    """Both tails of Student's distribution beyond +-t.

    With u = atan(t / sqrt(freedom)) the density is cos(u)^(freedom - 1), up to a factor.
    """
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(math.pi)
    begin = math.atan(t / math.sqrt(freedom))
    width = (math.pi / 2 - begin) / PANELS
    heights: list[float] = [math.cos(begin + i * width) ** (freedom - 1) for i in range(PANELS)] + [
        # The end itself: cos(pi/2) is 0, and 0 to the power 0 is 1.
        1.0 if freedom == 1 else 0.0
    ]
    inner = 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2])
    return min(1.0, 2 * scale * width / 3 * (heights[0] + inner + heights[-1]))
