"""Near copies: files that mostly repeat one already kept.

ShingleIndex compares a file with single other files: MinHash over shingles of five tokens, banded so that candidates are
found without comparing all pairs, then the exact Jaccard similarity of each candidate. What it drops truly resembles a
kept file (SIMILAR or more); of the pairs at that similarity it misses 1 in 40 (see `recall`), of those at 0.8, 1 in 2,500.
"""
import os
import zlib
from functools import lru_cache

import numpy as np

from marks import line_hashes, shingles

BANDS, ROWS = 20, 5
SIMILAR = 0.7
COPIED = 0.5  # share of a file's lines that excluded repositories hold, above which it counts as copied from them
PERMUTATIONS = np.random.Generator(np.random.PCG64(20)).integers(1, 1 << 32, (2, BANDS * ROWS), dtype=np.uint32)
MULTIPLIERS, OFFSETS = PERMUTATIONS[0] | np.uint32(1), PERMUTATIONS[1]


def recall(similarity):
    """Chance that a pair of this Jaccard similarity shares a band: 1 - (1 - s^ROWS)^BANDS (Leskovec et al., Mining of
    Massive Datasets, 3.4)."""
    return 1 - (1 - similarity ** ROWS) ** BANDS


def signature(marks):
    """MinHash of a set of shingles: BANDS*ROWS minima (uint32)."""
    lowest = np.full(BANDS * ROWS, np.iinfo(np.uint32).max, dtype=np.uint32)
    for at in range(0, len(marks), 2048):  # in blocks, to stay within the processor's cache
        np.minimum(lowest, (marks[None, at:at + 2048] * MULTIPLIERS[:, None] + OFFSETS[:, None]).min(1), out=lowest)
    return lowest


def jaccard(a, b):
    both = len(np.intersect1d(a, b, assume_unique=True))
    return both / (len(a) + len(b) - both)


class ShingleIndex:
    """Kept files by their bands. `file` is the open file (w+b) their bytes stand in: they are read back to compare."""

    def __init__(self, file, barred):
        self.file, self.buckets, self.places, self.next = file, {}, [], None
        self.barred = np.unique(np.concatenate([np.zeros(1, dtype=np.uint32), *barred]))
        self.shingles = lru_cache(256)(self.read)

    def read(self, i):
        offset, size = self.places[i]
        return shingles(os.pread(self.file.fileno(), size, offset))

    def copied(self, data):
        """Whether a file's bytes are, in lines, more than COPIED those of excluded repositories."""
        lines = line_hashes(data)
        found = self.barred[np.minimum(np.searchsorted(self.barred, lines), len(self.barred) - 1)] == lines
        return found.sum() > COPIED * len(lines)

    def near(self, data):
        """Whether a file's bytes are a near copy of a kept file."""
        marks = shingles(data)
        rows = signature(marks).reshape(BANDS, ROWS)
        keys = [zlib.crc32(rows[b].tobytes()) << 8 | b for b in range(BANDS)]
        self.next = keys
        near = {i for key in keys for i in self.buckets.get(key, ())}
        if near:
            self.file.flush()
        return any(jaccard(marks, self.shingles(i)) >= SIMILAR for i in sorted(near))

    def keep(self, offset, size):
        """The file last asked about is kept: its bytes stand at `offset`."""
        for key in self.next:
            self.buckets[key] = (*self.buckets.get(key, ()), len(self.places))
        self.places.append((offset, size))
