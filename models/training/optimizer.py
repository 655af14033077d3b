"""Muon for every matrix that multiplies, AdamW for tables, norms and biases.

The small matrices at the ends of the fuser and the projector belong to Muon too: under AdamW at a rate that suits the
token table they grew until pseudo-tokens were 300 times the size of token embeddings and memory was ignored.
"""
import torch


def orthogonalise(g, dtype, steps=5):
    """Newton–Schulz iteration towards the nearest semi-orthogonal matrix (Jordan et al., Muon, 2024); g [..., r, c]."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = g.shape[-2] > g.shape[-1]
    x = g.transpose(-2, -1) if tall else g
    x = (x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)).to(dtype)
    for _ in range(steps):
        y = x @ x.transpose(-2, -1)
        x = a * x + (b * y + c * (y @ y)) @ x
    return (x.transpose(-2, -1) if tall else x).to(g.dtype)


def by_shape(tensors):
    groups = {}
    for t in tensors:
        groups.setdefault(t.shape, []).append(t)
    return groups.values()


class Muon(torch.optim.Optimizer):
    """`together`: matrices of one shape are orthogonalised in one product, which spares an accelerator thousands of launches a step."""

    def __init__(self, parameters, lr, momentum=0.95, weight_decay=0.0, dtype=torch.bfloat16, together=False):
        super().__init__(parameters, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))
        self.dtype, self.together = dtype, together  # dtype: of the iteration's products

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            moved = [p for p in group["params"] if p.grad is not None]
            for alike in by_shape(moved) if self.together else [[p] for p in moved]:
                pile = torch.stack if self.together else lambda one: one[0]  # products of plain matrices are faster on a processor
                gradients = pile([p.grad for p in alike])
                buffers = pile([self.momentum(p) for p in alike]).lerp_(gradients, 1 - group["momentum"])
                updates = orthogonalise(gradients.lerp(buffers, group["momentum"]), self.dtype)
                # The scale that keeps an update's root mean square at lr × 0.2 whatever the shape (Liu et al., 2025).
                updates.mul_(-group["lr"] * 0.2 * max(alike[0].shape) ** 0.5)
                if not self.together:
                    buffers, updates = [buffers], [updates]
                for p, buffer, update in zip(alike, buffers, updates):
                    self.state[p]["momentum"].copy_(buffer)
                    p.mul_(1 - group["lr"] * group["weight_decay"]).add_(update)

    def momentum(self, p):
        if "momentum" not in self.state[p]:
            self.state[p]["momentum"] = torch.zeros_like(p)
        return self.state[p]["momentum"]


def make_optimizers(model, muon_lr=0.008, adam_lr=3e-3, weight_decay=0.05, dtype=torch.bfloat16, together=False):
    """[Muon, AdamW]; each group remembers its base rate for the schedule."""
    matrices, rest = [], []
    for name, p in model.named_parameters():
        is_table = any(t in name for t in ("embed_tokens", "positions", "queries"))
        (matrices if p.ndim == 2 and not is_table else rest).append(p)
    muon = Muon(matrices, lr=muon_lr, weight_decay=weight_decay, dtype=dtype, together=together)
    adam = torch.optim.AdamW(rest, lr=adam_lr, betas=(0.9, 0.95), weight_decay=0.0)
    for optimizer in (muon, adam):
        for group in optimizer.param_groups:
            group["base"] = group["lr"]
    return [muon, adam]
