# SPDX-License-Identifier: MIT
"""The transformer of llama2.c, for training on a processor without a graphics card."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from image import output
from image.errors import UserError
from image.model import HEADER

from .precision import FACTORS

EPSILON = 1e-5  # of RMSNorm
ROPE_BASE = 10_000.0
IGNORED = -1  # a target that is not learned: padding


@dataclass(frozen=True)
class Shape:
    dim: int = 128
    hidden: int = 352
    layers: int = 7
    heads: int = 4
    kv_heads: int = 2
    vocabulary: int = 4096
    length: int = 256  # tokens

    @property
    def head_size(self) -> int:
        return self.dim // self.heads


class Product(torch.autograd.Function):
    """x @ w.T, with FACTORS for its factors and for those of its gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor) -> Tensor:
        rows, weights = x.flatten(0, 1).to(FACTORS), w.to(FACTORS)
        ctx.save_for_backward(rows, weights)
        return (rows @ weights.T).float().view(*x.shape[:2], -1)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        rows, weights = ctx.saved_tensors
        out = grad.flatten(0, 1).to(FACTORS)
        return (out @ weights).float().view(*grad.shape[:2], -1), (out.T @ rows).float()


class Loss(torch.autograd.Function):
    """Mean cross entropy of x @ embedding.T; its gradient is made on the way, in place."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, embedding: Tensor, targets: Tensor) -> Tensor:
        kept = (targets.flatten() != IGNORED).nonzero()[:, 0]
        wanted = targets.flatten()[kept]
        rows, pieces = x.flatten(0, 1)[kept].to(FACTORS), embedding.to(FACTORS)
        scores = (rows @ pieces.T).float()
        scores.sub_(scores.amax(1, keepdim=True))
        of_wanted = scores.gather(1, wanted[:, None])
        total = scores.exp_().sum(1, keepdim=True)
        loss = (total.log() - of_wanted).mean()
        scores.div_(total * len(kept))
        scores[torch.arange(len(kept)), wanted] -= 1.0 / len(kept)
        grad = scores.to(FACTORS)
        grad_x = torch.zeros(x.shape[0] * x.shape[1], x.shape[2])
        grad_x[kept] = (grad @ pieces).float()
        ctx.save_for_backward(grad_x.view_as(x), (grad.T @ rows).float())
        return loss

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        grad_x, grad_embedding = ctx.saved_tensors
        return grad_x * grad, grad_embedding * grad, None


class Layer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        dim, hidden, kv_dim = shape.dim, shape.hidden, shape.kv_heads * shape.head_size
        self.norm_attention, self.norm_feed = _ones(dim), _ones(dim)
        self.wq, self.wk, self.wv = _random(dim, dim), _random(kv_dim, dim), _random(kv_dim, dim)
        self.w1, self.w3 = _random(hidden, dim), _random(hidden, dim)
        # Zero, so that at first a layer changes nothing.
        self.wo = nn.Parameter(torch.zeros(dim, dim))
        self.w2 = nn.Parameter(torch.zeros(dim, hidden))

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self._attention(F.rms_norm(x, x.shape[-1:], self.norm_attention, EPSILON), cos, sin)
        return x + self._feed_forward(F.rms_norm(x, x.shape[-1:], self.norm_feed, EPSILON))

    def _attention(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        heads, kv_heads, size = self.shape.heads, self.shape.kv_heads, self.shape.head_size
        batch, length, dim = x.shape
        qkv = Product.apply(x, torch.cat([self.wq, self.wk, self.wv]))
        qkv = qkv.view(batch, length, heads + 2 * kv_heads, size)
        turned = _rope(qkv[:, :, : heads + kv_heads], cos, sin).transpose(1, 2)
        q, k = turned[:, :heads], turned[:, heads:]
        v = qkv[:, :, heads + kv_heads :].transpose(1, 2)
        k, v = (t.repeat_interleave(heads // kv_heads, 1) for t in (k, v))
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return Product.apply(seen.transpose(1, 2).reshape(batch, length, dim), self.wo)

    def _feed_forward(self, x: Tensor) -> Tensor:
        both = Product.apply(x, torch.cat([self.w1, self.w3]))
        gate, up = both.split(self.shape.hidden, -1)
        return Product.apply(F.silu(gate) * up, self.w2)


class Model(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Parameter(torch.randn(shape.vocabulary, shape.dim) * 0.02)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = _ones(shape.dim)
        pairs = torch.arange(0, shape.head_size, 2).float() / shape.head_size
        angles = torch.outer(torch.arange(shape.length).float(), ROPE_BASE**-pairs)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, tokens: Tensor, targets: Tensor) -> Tensor:
        """Mean loss in nats a token; targets that are IGNORED do not count."""
        length = tokens.shape[1]
        x = F.embedding(tokens, self.embedding)
        for layer in self.layers:
            x = layer(x, self.cos[:length, None], self.sin[:length, None])
        x = F.rms_norm(x, x.shape[-1:], self.norm, EPSILON)
        return Loss.apply(x, self.embedding, targets)

    def matrices(self) -> list[nn.Parameter]:
        """Weights of the products inside the layers."""
        return [p for layer in self.layers for p in layer.parameters() if p.dim() > 1]

    def others(self) -> list[nn.Parameter]:
        norms = [p for layer in self.layers for p in layer.parameters() if p.dim() == 1]
        return [self.embedding, self.norm, *norms]


def export(model: Model, target: Path) -> None:
    """Write a llama2.c legacy checkpoint: float32, the classifier tied to the embedding."""
    with output.whole(target) as partial, partial.open("wb") as file:
        file.write(_header(model.shape))
        for tensor in _tensors(model):
            file.write(tensor.detach().float().contiguous().numpy().astype("<f4").tobytes())


def read_weights(model: Model, source: Path) -> None:
    """Fill a model with the weights of a checkpoint. Raises UserError for one of another shape."""
    data = source.read_bytes()
    tensors = _tensors(model)
    size = HEADER.size + 4 * sum(tensor.numel() for tensor in tensors)
    if data[: HEADER.size] != _header(model.shape) or len(data) != size:
        raise UserError(f"{source}: not a whole checkpoint of this shape", f"shape: {model.shape}")
    at = HEADER.size
    with torch.no_grad():
        for tensor in tensors:
            end = at + 4 * tensor.numel()
            found = torch.frombuffer(bytearray(data[at:end]), dtype=torch.float32)
            tensor.copy_(found.view_as(tensor))
            at = end


def _header(shape: Shape) -> bytes:
    sizes = (shape.dim, shape.hidden, shape.layers, shape.heads, shape.kv_heads)
    return HEADER.pack(*sizes, shape.vocabulary, shape.length)


def _tensors(model: Model) -> list[Tensor]:
    """All that a checkpoint holds, in its order."""
    names = ("norm_attention", "wq", "wk", "wv", "wo", "norm_feed", "w1", "w2", "w3")
    tensors = [model.embedding]
    tensors += [getattr(layer, name) for name in names for layer in model.layers]
    return [*tensors, model.norm, model.cos, model.sin]


def _rope(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Each pair of neighbours turned by its position's angle."""
    even, odd = x[..., ::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2)


def _ones(size: int) -> nn.Parameter:
    return nn.Parameter(torch.ones(size))


def _random(rows: int, columns: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(rows, columns) * 0.7 / math.sqrt(columns))
