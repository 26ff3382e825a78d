# SPDX-License-Identifier: MIT
"""How fast the model learns, and by what share of exercises, as training advances.

Warm-up, a long stable part, and a decay: good stories come while the rate falls. The stable part
can be made longer at any time before the decay begins, so training can continue another day.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    tokens: int  # to be learned from in all, over however many runs
    warm_steps: int = 60
    decay: float = 0.5  # share of the tokens, at the end
    least: float = 0.02  # of the full rate
    drills: float = 0.15  # share of exercises at first
    drilled: float = 0.25  # share of the tokens after which there are none

    def rate(self, step: int, tokens: int) -> float:
        """Factor of the learning rates."""
        warm = min(1.0, (step + 1) / self.warm_steps)
        left = max(0.0, 1 - tokens / self.tokens)
        return warm * (1.0 if left >= self.decay else max(self.least, left / self.decay))

    def drill_share(self, tokens: int) -> float:
        return self.drills * max(0.0, 1 - tokens / (self.tokens * self.drilled))
