# SPDX-License-Identifier: MIT
"""Muon: momentum whose matrices are made orthogonal before each step."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .precision import FACTORS

# Newton-Schulz iteration that drives all singular values near 1 (Jordan et al., 2024).
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


class Muon:
    """Steps of matrices; those of one shape are handled together."""

    def __init__(
        self, matrices: Sequence[nn.Parameter], momentum: float = 0.95, decay: float = 0.1
    ) -> None:
        self.matrices = list(matrices)
        self.momentum, self.decay = momentum, decay
        self.moments = [torch.zeros_like(matrix) for matrix in self.matrices]
        self.alike: dict[tuple[int, ...], list[int]] = {}
        for index, matrix in enumerate(self.matrices):
            self.alike.setdefault(tuple(matrix.shape), []).append(index)

    def step(self, rate: float) -> None:
        with torch.no_grad():
            for indices in self.alike.values():
                self._step(indices, rate)

    def _step(self, indices: list[int], rate: float) -> None:
        """Matrices of one shape."""
        updates = orthogonal(torch.stack([self._direction(index) for index in indices]))
        rows, columns = updates.shape[1:]
        scale = max(1, rows / columns) ** 0.5
        for update, index in zip(updates, indices, strict=True):
            matrix = self.matrices[index]
            matrix.mul_(1 - rate * self.decay).add_(update, alpha=-rate * scale)

    def _direction(self, index: int) -> Tensor:
        """Nesterov momentum, brought up to date."""
        grad, moment = self.matrices[index].grad, self.moments[index]
        assert grad is not None
        moment.lerp_(grad, 1 - self.momentum)
        return torch.lerp(grad, moment, self.momentum)

    def state(self) -> list[Tensor]:
        return self.moments

    def restore(self, moments: Sequence[Tensor]) -> None:
        for mine, saved in zip(self.moments, moments, strict=True):
            mine.copy_(saved)


def orthogonal(matrices: Tensor) -> Tensor:
    """Each of a stack of matrices with its singular values near 1."""
    x = (matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + 1e-7)).to(FACTORS)
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return (x.mT if tall else x).float()
