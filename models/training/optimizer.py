"""Muon for every matrix that multiplies, AdamW for tables, norms and biases.

The small matrices at the ends of the fuser and the projector belong to Muon too: under AdamW at a rate that suits the
token table they grew until pseudo-tokens were 300 times the size of token embeddings and memory was ignored.
"""
import torch


def orthogonalise(g, dtype, steps=5):
    """Newton–Schulz iteration towards the nearest semi-orthogonal matrix (Jordan et al., Muon, 2024)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g.to(dtype)
    tall = x.shape[0] > x.shape[1]
    x = x.t() if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        y = x @ x.t()
        x = a * x + (b * y + c * (y @ y)) @ x
    return (x.t() if tall else x).to(g.dtype)


class Muon(torch.optim.Optimizer):
    def __init__(self, parameters, lr, momentum=0.95, weight_decay=0.0, dtype=torch.bfloat16):
        super().__init__(parameters, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))
        self.dtype = dtype  # of the iteration's products

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
                buffer.lerp_(p.grad, 1 - group["momentum"])
                update = orthogonalise(p.grad.lerp(buffer, group["momentum"]), self.dtype)
                p.mul_(1 - group["lr"] * group["weight_decay"])
                # The scale that keeps an update's root mean square at lr × 0.2 whatever the shape (Liu et al., 2025).
                p.add_(update, alpha=-group["lr"] * 0.2 * max(p.shape) ** 0.5)


def make_optimizers(model, muon_lr=0.008, adam_lr=3e-3, weight_decay=0.05, dtype=torch.bfloat16):
    """[Muon, AdamW]; each group remembers its base rate for the schedule."""
    matrices, rest = [], []
    for name, p in model.named_parameters():
        is_table = any(t in name for t in ("embed_tokens", "positions", "queries"))
        (matrices if p.ndim == 2 and not is_table else rest).append(p)
    muon = Muon(matrices, lr=muon_lr, weight_decay=weight_decay, dtype=dtype)
    adam = torch.optim.AdamW(rest, lr=adam_lr, betas=(0.9, 0.95), weight_decay=0.0)
    for optimizer in (muon, adam):
        for group in optimizer.param_groups:
            group["base"] = group["lr"]
    return [muon, adam]
