"""Copies of the trainer that share a step's rows on one machine: a core each is faster than one product on two cores.

Each replica holds the whole model and draws its share of the rows. Gradients are averaged before every step, so all
take the same step and stay equal without exchanging weights. The first one keeps the clock, the log and the checkpoints.
"""
import os
import subprocess
import sys

import torch
import torch.distributed as distributed

from lifeline import end_with_parent

RANK = "HEFC_REPLICA"


class Replicas:
    """`count` processes that run the same command; the first starts the others, which end with it."""

    def __init__(self, count, folder):
        self.count, self.rank, self.others = count, int(os.environ.get(RANK, 0)), []
        if count == 1:
            return
        meeting = os.path.abspath(os.path.join(folder, "replicas"))
        if self.rank == 0:
            if os.path.exists(meeting):
                os.remove(meeting)  # of a run that was killed
            for rank in range(1, count):
                self.others.append(subprocess.Popen([sys.executable, *sys.argv], env={**os.environ, RANK: str(rank)}, stdout=subprocess.DEVNULL))
        else:
            end_with_parent()
        distributed.init_process_group("gloo", init_method="file://" + meeting, rank=self.rank, world_size=count)

    def agree(self, *numbers):
        """The first replica's numbers, in all of them."""
        if self.count == 1:
            return numbers
        said = torch.tensor(numbers, dtype=torch.float64)
        distributed.broadcast(said, 0)
        return tuple(said.tolist())

    def average(self, parameters):
        """Means of the gradients; a parameter that met no loss in one replica counts as zero there, in none it stays without."""
        if self.count == 1:
            return
        parameters = list(parameters)
        met = torch.tensor([float(p.grad is not None) for p in parameters])
        flat = torch.cat([met] + [torch.zeros_like(p).flatten() if p.grad is None else p.grad.flatten() for p in parameters])
        distributed.all_reduce(flat)
        at = len(met)
        for p, count in zip(parameters, flat[:at].tolist()):
            if count:
                p.grad = (flat[at:at + p.numel()] / self.count).view_as(p)
            at += p.numel()

    def close(self):
        for other in self.others:
            other.wait()
        if self.count > 1:
            distributed.destroy_process_group()
