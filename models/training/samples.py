"""Training and evaluation batches drawn from a pack (see corpus.py).

A row is one prompt in the layout of models/prompt.ts:
    [<snip> text]* [<suf> suffix] <pre> [<file>] prefix [<mem> v1…vK] <mid> continuation
with next-token loss on the in-file text and on the continuation. Rows of one batch come from a few repositories, so that
the wrong memories of a row (foreign, random) are the right ones of its neighbours and cost nothing to fuse.
"""
from dataclasses import dataclass
from typing import Optional

import numpy as np
import torch

from tokenizer import EOS, FILE, MEM, MID, PAD, PRE, SNIP, SUF

CHUNK = 128
SLICE = 16


@dataclass
class Mixture:
    """Shares of the kinds of row, and of what memory holds (method.md, 'Robust to harmful retrieval')."""
    reconstruct: float = 0.25
    snippet: float = 0.10
    # of the remaining rows:
    empty: float = 0.15
    foreign: float = 0.10
    random: float = 0.08
    answer: float = 0.25
    fill: float = 0.4
    midline: float = 0.2


@dataclass
class Batch:
    ids: torch.Tensor          # [B,T]
    memory: torch.Tensor       # [B,T] pool row or -1
    positions: torch.Tensor    # [B,T]
    targets: torch.Tensor      # [B,T] next token or -100
    region: torch.Tensor       # [B,T] of the target: 0 in-file text, 1 first line of the continuation, 2 rest, 3 reconstruction
    chunk_ids: torch.Tensor    # [C,128]
    chunk_lengths: torch.Tensor  # [C]
    pairs: torch.Tensor        # [Q,2] chunk rows (query, positive)
    file_chunks: Optional[torch.Tensor] = None  # [F,n] chunk rows, -1 padding
    file_names: Optional[torch.Tensor] = None   # [F,L] tokens of the file's name, -1 padding
    file_words: Optional[torch.Tensor] = None   # [F,K] tokens the file's identifiers are made of, -1 padding
    dir_files: Optional[torch.Tensor] = None    # [D,n] file rows, -1 padding

    def to(self, device):
        return Batch(**{k: v.to(device, non_blocking=True) if v is not None else None for k, v in vars(self).items()})


class Repository:
    """Chunks of one repository and an inverted index over their identifiers, built when first needed."""

    def __init__(self, pack, files):
        self.files = files
        self.chunks = np.concatenate([np.arange(pack.file_chunk[f], pack.file_chunk[f + 1]) for f in files])
        self.chunk_file = np.concatenate([np.full(pack.file_chunk[f + 1] - pack.file_chunk[f], f) for f in files])
        counts = pack.ident_start[self.chunks + 1] - pack.ident_start[self.chunks]
        words = np.concatenate([pack.idents[pack.ident_start[c]:pack.ident_start[c + 1]] for c in self.chunks])
        owner = np.repeat(np.arange(len(self.chunks)), counts)
        order = np.argsort(words, kind="stable")
        self.words, start = np.unique(words[order], return_index=True)
        self.owner, self.start = owner[order], np.append(start, len(words))

    def search(self, words, excluded_file, k):
        """Chunk ids of the k best chunks by summed inverse document frequency of shared identifiers."""
        scores = np.zeros(len(self.chunks), dtype=np.float32)
        at = np.searchsorted(self.words, words)
        for w, i in zip(words, at):
            if i < len(self.words) and self.words[i] == w:
                rows = self.owner[self.start[i]:self.start[i + 1]]
                if len(rows) < max(50, 0.05 * len(self.chunks)):
                    scores[rows] += np.log(len(self.chunks) / len(rows))
        scores[self.chunk_file == excluded_file] = 0
        k = min(k, len(scores))
        best = np.argpartition(-scores, k - 1)[:k]
        best = best[np.argsort(-scores[best], kind="stable")]
        return [int(self.chunks[b]) for b in best if scores[b] > 0]


class Pack:
    def __init__(self, path, tokenizer, held=False, mixture=None, seed=0):
        data = np.load(path)
        for name in data.files:
            setattr(self, name, data[name])
        self.tokenizer, self.mixture = tokenizer, mixture or Mixture()
        self.rng = np.random.default_rng(seed)
        self.newline = tokenizer.newline
        texts = [tokenizer.texts[i] for i in range(len(tokenizer))]
        self.blank = np.array([set(t) <= {"Ġ", "ĉ"} for t in texts])
        self.wordlike = np.array([t.strip("Ġ").isidentifier() and i > 7 for i, t in enumerate(texts)])
        chosen = [r for r in range(len(self.repos)) if bool(self.held[r]) == (held and self.held.any())]
        sizes = np.array([(self.file_start[1:] - self.file_start[:-1])[self.file_repo == r].sum() for r in chosen], dtype=float)
        self.chosen, self.chance = chosen, sizes ** 0.7 / (sizes ** 0.7).sum()
        self.loaded = {}

    def repository(self, r):
        if r not in self.loaded:
            self.loaded[r] = Repository(self, np.flatnonzero(self.file_repo == r))
        return self.loaded[r]

    def state(self):
        return self.rng.bit_generator.state

    def restore(self, state):
        self.rng.bit_generator.state = state

    def words_between(self, a, b):
        """Identifiers of the chunks that overlap tokens a..b."""
        first = np.searchsorted(self.chunk_start, a, side="right") - 1
        last = np.searchsorted(self.chunk_start, max(a, b - 1), side="right") - 1
        return np.unique(self.idents[self.ident_start[first]:self.ident_start[last + 1]])

    def cut(self, repo):
        """A random place where a line is to be completed: (file, token position)."""
        while True:
            sizes = self.file_start[repo.files + 1] - self.file_start[repo.files]
            f = int(self.rng.choice(repo.files, p=sizes / sizes.sum()))
            a, b = int(self.file_start[f]), int(self.file_start[f + 1])
            if b - a < 60:
                continue
            at = int(self.rng.integers(a + 20, b - 10))
            if self.rng.random() >= self.mixture.midline:
                ends = np.flatnonzero(self.tokens[at:b] == self.newline)
                if not len(ends):
                    continue
                at += int(ends[0]) + 1
                while at < b and self.blank[self.tokens[at]]:
                    at += 1
            if at < b - 3 and self.tokens[at] != self.newline:
                return f, at

    def batch(self, rows, length=448, repos=4):
        """`rows` rows of at most `length` positions, from `repos` repositories."""
        builder = Builder(self, length)
        for r in self.rng.choice(self.chosen, size=min(repos, len(self.chosen)), p=self.chance, replace=False):
            for _ in range(rows // repos):
                builder.add(self.repository(int(r)))
        return builder.finish()


class Builder:
    def __init__(self, pack, length):
        self.pack, self.length, self.rng, self.mix = pack, length, pack.rng, pack.mixture
        self.chunks, self.where, self.rows, self.pairs, self.files = [], {}, [], [], []

    def chunk(self, c):
        """Batch row of a chunk of the pack."""
        if c not in self.where:
            self.where[c] = len(self.chunks)
            self.chunks.append(self.pack.tokens[self.pack.chunk_start[c]:self.pack.chunk_start[c + 1]][:CHUNK])
        return self.where[c]

    def leaf_vectors(self, row):
        return [("leaf", row, s) for s in range((len(self.chunks[row]) + SLICE - 1) // SLICE)]

    def file_node(self, c):
        """Batch row of the node of the file of chunk c, made of the chunk and up to 5 neighbours."""
        p = self.pack
        f = int(np.searchsorted(p.file_chunk, c, side="right") - 1)
        first, last = int(p.file_chunk[f]), int(p.file_chunk[f + 1])
        start = max(first, min(c - 2, last - 6))
        key = (f, start)
        for i, (k, _, _) in enumerate(self.files):
            if k == key:
                return i
        rows = [self.chunk(x) for x in range(start, min(last, start + 6))]
        self.files.append((key, rows, p.tokenizer.encode(str(p.names[f]).split("/")[-1])[:12]))
        return len(self.files) - 1

    def memory_of(self, chunks):
        """Level dropout: leaves, leaves and file nodes, file nodes, file and directory nodes."""
        level = self.rng.random()
        vectors = []
        if level < 0.75:
            for c in chunks:
                vectors += self.leaf_vectors(self.chunk(c))
        if level > 0.6:
            nodes = list(dict.fromkeys(self.file_node(c) for c in chunks[:2]))
            vectors = vectors[:56] + [("file", n, s) for n in nodes for s in range(4)]
            if level > 0.9:
                vectors += [("dir", nodes[0], s) for s in range(2)]
        return vectors[:64]

    def add(self, repo):
        p, mix, rng = self.pack, self.mix, self.rng
        kind = rng.random()
        f, at = p.cut(repo)
        if kind < mix.reconstruct:
            return self.reconstruct(at)
        start, end = int(p.file_start[f]), int(p.file_start[f + 1])
        context, target = p.words_between(max(start, at - 100), at), p.words_between(at, min(end, at + 48))
        best = repo.search(target, f, 4)
        query = np.union1d(context, target) if rng.random() < 0.6 else context
        found = repo.search(query, f, int(rng.choice([2, 4, 8])))
        if best and rng.random() < 0.5:
            self.pairs.append((self.query(start, at), self.chunk(best[0])))
        if kind < mix.reconstruct + mix.snippet:
            return self.snippet(f, at, found[:2])
        what = rng.random()
        if what < mix.empty:
            memory = []
        elif what < mix.empty + mix.foreign + mix.random:
            # Chunks already in this batch: of another repository, or of this one but unrelated.
            others = list(self.where)
            memory = [int(c) for c in rng.choice(others, size=min(4, len(others)), replace=False)] if others else []
        elif what < mix.empty + mix.foreign + mix.random + mix.answer:
            mine = int(np.searchsorted(p.chunk_start, at, side="right") - 1)
            memory = found[:3]
            memory.insert(int(rng.integers(0, len(memory) + 1)), mine)
        else:
            memory = found
        self.infile(f, at, self.memory_of(memory) if memory else [], [])

    def query(self, start, at):
        """The tokens above the cursor as one more chunk of the batch."""
        self.chunks.append(self.pack.tokens[max(start, at - CHUNK):at])
        return len(self.chunks) - 1

    def snippet(self, f, at, found):
        pasted = []
        for c in reversed(found):  # the best is nearest to the in-file text
            pasted += [SNIP, *self.pack.tokens[self.pack.chunk_start[c]:self.pack.chunk_start[c + 1]][:CHUNK]]
        self.infile(f, at, [], pasted)

    def infile(self, f, at, memory, pasted):
        p, rng = self.pack, self.rng
        start, end = int(p.file_start[f]), int(p.file_start[f + 1])
        room = self.length - len(pasted) - len(memory) - 4
        suffix, stop = [], None
        if rng.random() < self.mix.fill:
            lines = 1 if rng.random() < 0.8 else int(rng.integers(2, 5))
            ends = np.flatnonzero(p.tokens[at:end] == p.newline)
            stop = at + int(ends[min(lines, len(ends)) - 1]) if len(ends) else end
            if stop - at < 100 and room > 200:
                suffix = list(p.tokens[stop:min(end, stop + int(rng.integers(16, 96)))])
            else:
                stop = None
        answer = list(p.tokens[at:stop]) + [EOS] if stop is not None else list(p.tokens[at:min(end, at + 112)])
        answer = answer[:room - 32]
        take = min(room - len(answer) - len(suffix), at - start)
        if rng.random() < 0.2:
            take = min(take, int(rng.integers(16, 200)))
        prefix = ([FILE] if take == at - start else []) + list(p.tokens[at - take:at])
        head = pasted + ([SUF, *suffix] if suffix else [])
        # Positions may jump after pasted text, so that distances longer than a row are seen in training.
        gap = int(rng.integers(0, 2048)) if pasted and rng.random() < 0.6 else 0
        ids = head + [PRE] + prefix + ([MEM] + [PAD] * len(memory) if memory else []) + [MID] + answer
        first = len(ids) - len(answer)
        self.row(ids, memory, len(head) + 2 + len(prefix), first, gap_at=len(head), gap=gap, infile=(len(head) + 1, len(head) + 1 + len(prefix)))

    def reconstruct(self, at):
        """Up to three chunks in a row told from their vectors alone."""
        p = self.pack
        c = int(np.searchsorted(p.chunk_start, at, side="right") - 1)
        f = int(np.searchsorted(p.file_chunk, c, side="right") - 1)
        chunks = list(range(c, min(int(p.file_chunk[f + 1]), c + int(self.rng.integers(1, 4)))))
        memory = [v for x in chunks for v in self.leaf_vectors(self.chunk(x))]
        answer = [t for x in chunks for t in self.chunks[self.chunk(x)]]
        ids = [PRE, MEM] + [PAD] * len(memory) + [MID] + answer
        self.row(ids[:self.length], memory, 2, len(memory) + 3, reconstruct=True)

    def row(self, ids, memory, memory_at, first, gap_at=0, gap=0, infile=(0, 0), reconstruct=False):
        T = len(ids)
        positions = np.arange(T)
        positions[gap_at:] += gap
        targets, region = np.full(T, -100), np.zeros(T, dtype=np.int64)
        ids = np.array([int(i) for i in ids])
        if infile[1] > infile[0] + 1:
            targets[infile[0]:infile[1] - 1] = ids[infile[0] + 1:infile[1]]
        targets[first - 1:T - 1] = ids[first:T]
        if reconstruct:
            region[first - 1:] = 3
        else:
            region[first - 1:] = 2
            answer = ids[first:T]
            ends = np.flatnonzero((answer == self.pack.newline) | (answer == EOS))
            region[first - 1:first + (int(ends[0]) if len(ends) else len(answer) - 1)] = 1
        self.rows.append((ids, memory, memory_at, positions, targets, region))

    def finish(self):
        B, T = len(self.rows), max(len(r[0]) for r in self.rows)
        C, S = len(self.chunks), CHUNK // SLICE
        ids, memory = np.zeros((B, T), dtype=np.int64), np.full((B, T), -1)
        positions, targets, region = np.zeros((B, T), dtype=np.int64), np.full((B, T), -100), np.zeros((B, T), dtype=np.int64)
        base = {"leaf": (0, S), "file": (C * S, 4), "dir": (C * S + 4 * len(self.files), 2)}
        for b, (i, vectors, at, pos, tgt, reg) in enumerate(self.rows):
            n = len(i)
            ids[b, :n], positions[b, :n], targets[b, :n], region[b, :n] = i, pos, tgt, reg
            for k, (kind, row, s) in enumerate(vectors):
                memory[b, at + k] = base[kind][0] + row * base[kind][1] + s
        chunk_ids, lengths = np.zeros((max(C, 1), CHUNK), dtype=np.int64), np.zeros(max(C, 1), dtype=np.int64)
        for c, t in enumerate(self.chunks):
            chunk_ids[c, :len(t)], lengths[c] = t, len(t)
        batch = dict(ids=ids, memory=memory, positions=positions, targets=targets, region=region, chunk_ids=chunk_ids,
                     chunk_lengths=lengths, pairs=np.array(self.pairs, dtype=np.int64).reshape(-1, 2))
        if self.files:
            batch.update(self.file_arrays())
        return Batch(**{k: torch.from_numpy(np.ascontiguousarray(v)).long() for k, v in batch.items()})

    def file_arrays(self):
        """Each file stands in a directory with up to three other files of the batch: names and vectors of both matter."""
        F = len(self.files)
        chunks = np.full((F, max(len(r) for _, r, _ in self.files)), -1)
        names, words, dirs = np.full((F, 12), -1), np.full((F, 64), -1), np.full((F, 4), -1)
        for i, (_, rows, name) in enumerate(self.files):
            chunks[i, :len(rows)], names[i, :len(name)] = rows, name
            tokens = np.unique(np.concatenate([self.chunks[r] for r in rows]))
            tokens = tokens[self.pack.wordlike[tokens]]
            tokens = self.rng.permutation(tokens)[:64]
            words[i, :len(tokens)] = tokens
            others = [j for j in range(F) if j != i]
            members = [i, *self.rng.permutation(others)[:3]]
            dirs[i, :len(members)] = members
        return dict(file_chunks=chunks, file_names=names, file_words=words, dir_files=dirs)
