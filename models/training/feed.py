"""Batches in order on the device, drawn ahead by processes that share the pack's memory."""
import signal
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from lifeline import end_with_parent
from samples import Batch

_pack = None


def _begin():
    end_with_parent()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the trainer decides when drawing ends


def _draw(arguments):
    return _pack.arrays(*arguments)


class Feed:
    """`draw(step)` gives the arguments of Pack.arrays; `next()` the batches of step, step + 1, …

    With workers the arguments are asked for some steps early, which matters only to what follows the clock. Workers
    handle arrays alone: a forked process must touch neither the accelerator nor torch's threads.
    """

    def __init__(self, pack, draw, step, workers, device="cpu"):
        global _pack
        self.pack, self.draw, self.step, self.device, self.waiting = pack, draw, step, device, deque()
        self.pool, self.ahead = None, 3 * workers
        if workers:
            for r in pack.chosen:
                pack.repository(r)  # built once, here: forked processes see it without copying
            _pack = pack
            self.pool = ProcessPoolExecutor(workers, mp_context=get_context("fork"), initializer=_begin)
            self.ask()

    def ask(self):
        while len(self.waiting) <= self.ahead:
            self.waiting.append(self.pool.submit(_draw, self.draw(self.step)))
            self.step += 1

    def next(self):
        if self.pool is None:
            self.step += 1
            return Batch.of(self.pack.arrays(*self.draw(self.step - 1)), self.device)
        self.ask()
        return Batch.of(self.waiting.popleft().result(), self.device)

    def close(self):
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)
