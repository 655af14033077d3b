"""What near copies share, as sets of hashes: shingles of tokens, and lines that say something. All in numpy.

Any span's hash comes from one running sum: with H[i] = sum of (byte j + 1) * B^j over j < i, modulo 2^64, a span's
(H[end] - H[start]) * B^-start depends on its bytes alone (Karp and Rabin, 1987).
"""
import numpy as np

BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64
INVERSE = pow(BASE, -1, 1 << 64)
SPACE, WORD, SIGN = 0, 1, 2
CLASS = np.array([WORD if chr(b).isalnum() and b < 128 or b == 95 or b >= 128 else SPACE if b <= 32 or b == 127 else SIGN for b in range(256)], dtype=np.uint8)
WIDTH = 5      # tokens in a shingle
LEAST = 12     # bytes; a line this short says nothing
POWERS = [np.uint64(pow(BASE, 3 * k + 1, 1 << 64)) for k in range(WIDTH)]


def powers(base, count):
    steps = np.full(count, base, dtype=np.uint64)
    steps[:1] = 1
    return np.cumprod(steps, dtype=np.uint64)


class Table:
    """Powers of BASE and of its inverse, as many as the longest file so far needs."""
    up = down = np.ones(1, dtype=np.uint64)

    @classmethod
    def reach(cls, count):
        if count > len(cls.up):
            cls.up, cls.down = powers(BASE, 2 * count), powers(INVERSE, 2 * count)


def mix(hashes):
    """Spreads every bit of uint64 hashes over the upper half, which it returns (uint32)."""
    hashes = (hashes ^ (hashes >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    return ((hashes ^ (hashes >> np.uint64(29))) * np.uint64(BASE) >> np.uint64(32)).astype(np.uint32)


def spans(data, start, end):
    """uint64 hashes of data[start:end] for each pair of positions."""
    Table.reach(len(data) + 1)
    sums = np.zeros(len(data) + 1, dtype=np.uint64)
    np.cumsum((data.astype(np.uint64) + np.uint64(1)) * Table.up[:len(data)], out=sums[1:])
    return (sums[end] - sums[start]) * Table.down[start]


def shingles(raw):
    """Sorted distinct hashes (uint32) of the runs of WIDTH tokens of a file's bytes, whatever its layout."""
    data = np.frombuffer(raw, dtype=np.uint8)
    kind = CLASS[data]
    word = np.concatenate([[False], kind == WORD, [False]])
    sign = kind == SIGN
    start = np.flatnonzero(sign | word[1:-1] & ~word[:-2])
    end = np.flatnonzero(sign | word[1:-1] & ~word[2:]) + 1
    tokens = mix(spans(data, start, end)).astype(np.uint64) + np.uint64(1)
    count = max(1, len(tokens) - WIDTH + 1)
    runs = np.zeros(count, dtype=np.uint64)
    for k in range(min(WIDTH, len(tokens))):
        runs += tokens[k:k + count] * POWERS[k]
    return np.unique(mix(runs))


def line_hashes(raw):
    """Sorted distinct hashes (uint32) of the lines of a file's bytes that are longer than LEAST without their outer blanks."""
    data = np.frombuffer(raw, dtype=np.uint8)
    ends = np.append(np.flatnonzero(data == 10), len(data))
    solid = np.flatnonzero(CLASS[data] != SPACE)
    if not len(solid):
        return np.zeros(0, dtype=np.uint32)
    first = np.searchsorted(solid, np.append(0, ends[:-1]))
    last = np.searchsorted(solid, ends) - 1
    full = first <= last
    start, end = solid[first[full]], solid[last[full]] + 1
    long = end - start > LEAST
    return np.unique(mix(spans(data, start[long], end[long])))
