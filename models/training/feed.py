"""Batches in order, drawn ahead by processes that share the pack's memory."""
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

_pack = None


def _draw(arguments):
    return _pack.batch(*arguments)


class Feed:
    """`draw(step)` gives the arguments of Pack.batch; `next()` the batches of step, step + 1, …

    With workers the arguments are asked for some steps early, which matters only to what follows the clock.
    """

    def __init__(self, pack, draw, step, workers):
        global _pack
        self.pack, self.draw, self.step, self.waiting = pack, draw, step, deque()
        _pack = pack  # forked processes see it without copying
        self.pool = ProcessPoolExecutor(workers, mp_context=get_context("fork")) if workers else None
        self.ahead = 3 * workers

    def next(self):
        if self.pool is None:
            self.step += 1
            return self.pack.batch(*self.draw(self.step - 1))
        while len(self.waiting) <= self.ahead:
            self.waiting.append(self.pool.submit(_draw, self.draw(self.step)))
            self.step += 1
        return self.waiting.popleft().result()

    def close(self):
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)
