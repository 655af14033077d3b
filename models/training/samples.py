"""Training and evaluation batches drawn from a pack (see corpus.py).

A row is one prompt in the layout of models/prompt.ts:
    [<snip> text]* [<suf> suffix] <pre> [<file>] prefix [<mem> v1…vK] <mid> continuation
with next-token loss on the in-file text and on the continuation. Memory takes no positions of its own. Rows of one batch come from a few repositories, so that
the wrong memories of a row (foreign, random) are the right ones of its neighbours and cost nothing to fuse.
"""
import zlib
from dataclasses import dataclass
from typing import Optional

import numpy as np
import torch

from pack import IDENTIFIER
from tokenizer import EOS, FILE, MEM, MID, PAD, PRE, SNIP, SUF

CHUNK = 128
FAR = 512  # tokens further up in the file than the prompt reaches, which the pointer may copy
ANSWER = 112  # tokens after the cursor that the text before it makes room for
USEFUL = 0.02  # nats a token a context must be worth to be kept


@dataclass
class Mixture:
    """Shares of the kinds of row, and of what memory holds."""
    reconstruct: float = 0.15
    snippet: float = 0.15
    # of the remaining rows:
    empty: float = 0.15
    unrelated: float = 0.18  # chunks that other rows of the batch brought: of another repository, or of this one
    answer: float = 0.06     # the chunk that holds the answer is among them
    fill: float = 0.4
    midline: float = 0.2
    oracle: float = 0.3      # the query knows the target's words, so that what is found is worth reading
    pairs: float = 0.5       # rows that give a pair to the contrastive loss
    utility: float = 0.5     # rows drawn from the list of utility.py, where one is given
    far: float = 0.8         # rows whose pointer sees the file further up than the prompt
    onward: bool = True      # rows without a suffix go on to the end of the row, so that less of a batch is padding
    telling: bool = False    # only lines with a word and four tokens or more: no closing brackets, as in `hefc eval`
    level: str = "mixed"     # or only: leaves, means (of a file's leaves), files, random (a node of an unrelated file)

    @staticmethod
    def language():
        """Rows without memory: text before the cursor, text around it, pasted text."""
        return Mixture(reconstruct=0, snippet=0.2, empty=1, unrelated=0, answer=0, pairs=0)

    @staticmethod
    def judged(level="leaves", snippet=0.0, fill=0.0):
        """What a user meets: memory found from the text above the cursor, which does not know the target."""
        return Mixture(reconstruct=0, snippet=snippet, empty=0, unrelated=0, answer=0, fill=fill, midline=0, oracle=0, pairs=0, far=1, onward=False, telling=True, level=level)


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
    weight: Optional[torch.Tensor] = None       # [B] of the continuation's loss
    far: Optional[torch.Tensor] = None          # [B,L] tokens of the file above those in ids, 0 padding
    file_chunks: Optional[torch.Tensor] = None  # [F,n] chunk rows, -1 padding
    file_names: Optional[torch.Tensor] = None   # [F,L] tokens of the file's name, -1 padding
    file_words: Optional[torch.Tensor] = None   # [F,K] tokens the file's identifiers are made of, -1 padding
    dir_files: Optional[torch.Tensor] = None    # [D,n] file rows, -1 padding

    def to(self, device):
        return Batch(**{k: v.to(device, non_blocking=True) if v is not None else None for k, v in vars(self).items()})

    @staticmethod
    def of(arrays, device="cpu"):
        """From what Pack.arrays gives. The copy to an accelerator is of half the bytes and does not wait."""
        def tensor(array):
            t = torch.from_numpy(array)
            if device != "cpu":
                t = (t.pin_memory() if len(t) else t).to(device, non_blocking=True)
            return t if t.is_floating_point() else t.long()
        return Batch(**{k: tensor(v) for k, v in arrays.items()})


@dataclass
class Place:
    """A place whose contexts have been judged: the chunks worth reading, best first, and the weight of its loss."""
    file: int
    at: int
    chunks: list
    weight: float


class Utility:
    """What utility.py wrote: per place, candidate chunks and log p(y | x, c) − log p(y | x) in nats a token."""

    def __init__(self, path, pack):
        data = np.load(path)
        self.at, self.chunks, self.values = data["at"], data["chunks"], data["values"]
        self.file = np.searchsorted(pack.file_start, self.at, side="right") - 1
        self.repo = pack.file_repo[self.file]

    def draw(self, repo, luck):
        mine = np.flatnonzero(self.repo == repo.number)
        if not len(mine):
            return None
        i = int(luck.choice(mine))
        order = [j for j in np.argsort(-self.values[i], kind="stable") if self.chunks[i, j] >= 0 and self.values[i, j] > USEFUL]
        best = self.values[i, order[0]] if order else 0.0
        return Place(int(self.file[i]), int(self.at[i]), [int(self.chunks[i, j]) for j in order], float(2 / (1 + np.exp(-10 * best))))


class Repository:
    """Chunks of one repository and an inverted index over their identifiers, built when first needed."""

    def __init__(self, pack, number, files):
        self.number, self.files = number, files
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
    def __init__(self, path, tokenizer, held=False, seed=0, utility=None, slice_tokens=16, chunks_at_once=1):
        """chunks_at_once above 1: batches of few shapes, for compiled code (rows of full length, chunks padded to a multiple)."""
        data = np.load(path)
        for name in data.files:
            setattr(self, name, data[name])
        self.tokenizer, self.seed, self.slice_tokens, self.chunks_at_once = tokenizer, seed, slice_tokens, chunks_at_once
        self.newline = tokenizer.newline
        texts = [tokenizer.texts[i] for i in range(len(tokenizer))]
        self.blank = np.array([set(t) <= {"Ġ", "ĉ"} for t in texts])
        self.wordlike = np.array([t.strip("Ġ").isidentifier() and i > 7 for i, t in enumerate(texts)])
        chosen = [r for r in range(len(self.repos)) if bool(self.held[r]) == (held and self.held.any())]
        sizes = np.array([(self.file_start[1:] - self.file_start[:-1])[self.file_repo == r].sum() for r in chosen], dtype=float)
        self.chosen, self.shares = chosen, sizes ** 0.7 / (sizes ** 0.7).sum()
        self.loaded = {}
        self.utility = Utility(utility, self) if utility else None

    def repository(self, r):
        if r not in self.loaded:
            self.loaded[r] = Repository(self, r, np.flatnonzero(self.file_repo == r))
        return self.loaded[r]

    def words(self, a, b):
        """Hashes of the identifiers of tokens a..b, as corpus.py hashes them."""
        text = self.tokenizer.decode(self.tokens[a:b].tolist())
        return np.unique(np.array([zlib.crc32(w.encode()) for w in IDENTIFIER.findall(text)], dtype=np.uint32))

    def ends(self, f):
        return int(self.file_start[f]), int(self.file_start[f + 1])

    def telling(self, at, end):
        """Whether the line from `at` on says something (compare isTaskLine of test/eval)."""
        line = self.tokens[at:end]
        ends = np.flatnonzero(line == self.newline)
        line = line[:ends[0]] if len(ends) else line
        return len(line) >= 4 and bool(self.wordlike[line].any())

    def cut(self, repo, rng, midline, telling=False):
        """A random place where a line is to be completed: (file, token position)."""
        while True:
            sizes = self.file_start[repo.files + 1] - self.file_start[repo.files]
            f = int(rng.choice(repo.files, p=sizes / sizes.sum()))
            a, b = int(self.file_start[f]), int(self.file_start[f + 1])
            if b - a < 60:
                continue
            at = int(rng.integers(a + 20, b - 10))
            if rng.random() >= midline:
                ends = np.flatnonzero(self.tokens[at:b] == self.newline)
                if not len(ends):
                    continue
                at += int(ends[0]) + 1
                while at < b and self.blank[self.tokens[at]]:
                    at += 1
            if at < b - 3 and self.tokens[at] != self.newline and (not telling or self.telling(at, b)):
                return f, at

    def batch(self, *arguments, **named):
        return Batch.of(self.arrays(*arguments, **named))

    def arrays(self, step, rows, length=512, repos=4, mixture=None, share=(0, 1)):
        """The batch of a step as int32 arrays by name: `rows` rows of at most `length` positions, from `repos` repositories.

        A pure function of (seed, step, row): any process can draw any step, a resumed run draws what the whole run would
        have, and two mixtures meet the same places. `share` (k, n): only the k-th of n parts of the rows.
        """
        builder = Builder(self, length, mixture or Mixture())
        rng = np.random.default_rng([self.seed, step])
        repos = min(repos, len(self.chosen), rows)
        chosen = rng.choice(self.chosen, size=repos, p=self.shares, replace=False)
        part, parts = share
        for row in range(rows * part // parts, rows * (part + 1) // parts):
            builder.seed([self.seed, step, row])
            builder.add(self.repository(int(chosen[row * repos // rows])))
        return builder.finish()


class Builder:
    def __init__(self, pack, length, mixture):
        self.pack, self.length, self.mix = pack, length, mixture
        self.chunks, self.where, self.rows, self.pairs, self.files = [], {}, [], [], []

    def seed(self, numbers):
        """One stream of chance for the place and the layout, another for what is retrieved."""
        self.rng, self.luck = np.random.default_rng(numbers), np.random.default_rng([*numbers, 1])

    def chunk(self, c):
        """Batch row of a chunk of the pack."""
        if c not in self.where:
            self.where[c] = len(self.chunks)
            self.chunks.append(self.pack.tokens[self.pack.chunk_start[c]:self.pack.chunk_start[c + 1]][:CHUNK])
        return self.where[c]

    def leaf_vectors(self, row):
        return [("leaf", row, s) for s in range(-(-len(self.chunks[row]) // self.pack.slice_tokens))]

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
        """Vectors of retrieved chunks. Mixed drops levels: leaves, leaves and file nodes, file nodes, file and directory nodes."""
        if self.mix.level != "mixed":
            return self.memory_at_level(chunks)
        level = self.luck.random()
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

    def memory_at_level(self, chunks):
        if self.mix.level == "leaves":
            return [v for c in chunks for v in self.leaf_vectors(self.chunk(c))][:64]
        if self.mix.level == "random":
            p = self.pack
            chunks = [int(c) for c in self.luck.integers(0, len(p.chunk_start) - 1, size=2)]
        nodes = list(dict.fromkeys(self.file_node(c) for c in chunks[:2]))
        return [("mean" if self.mix.level == "means" else "file", n, s) for n in nodes for s in range(4)]

    def add(self, repo):
        p, mix, rng, luck = self.pack, self.mix, self.rng, self.luck
        known = p.utility.draw(repo, luck) if p.utility and luck.random() < mix.utility else None
        f, at = (known.file, known.at) if known else p.cut(repo, rng, mix.midline, mix.telling)
        if known:
            return self.infile(f, at, self.memory_of(known.chunks) if known.chunks else [], [], known.weight)
        kind = luck.random()
        if kind < mix.reconstruct:
            return self.reconstruct(at)
        start, end = p.ends(f)
        context, target = p.words(max(start, at - 160), at), p.words(at, min(end, at + 32))
        if luck.random() < mix.pairs:
            best = repo.search(target, f, 1)
            if best:
                self.pairs.append((self.query(start, at), self.chunk(best[0])))
        find = lambda k: repo.search(np.union1d(context, target) if luck.random() < mix.oracle else context, f, k)
        if kind < mix.reconstruct + mix.snippet:
            return self.snippet(f, at, find(2))
        what = luck.random()
        memory = []
        if mix.empty <= what < mix.empty + mix.unrelated:
            others = list(self.where)
            memory = [int(c) for c in luck.choice(others, size=min(4, len(others)), replace=False)] if others else []
        elif what >= mix.empty:
            memory = find(8 if mix.level != "mixed" else int(luck.choice([2, 4, 8])))
            if what < mix.empty + mix.unrelated + mix.answer:
                mine = int(np.searchsorted(p.chunk_start, at, side="right") - 1)
                memory.insert(int(luck.integers(0, min(4, len(memory) + 1))), mine)
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

    def infile(self, f, at, memory, pasted, weight=1.0):
        p, rng = self.pack, self.rng
        start, end = p.ends(f)
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
        answer = list(p.tokens[at:stop]) + [EOS] if stop is not None else list(p.tokens[at:min(end, at + ANSWER)])
        answer = answer[:room - 32]
        take = min(room - len(answer) - len(suffix), at - start)
        if rng.random() < 0.2:
            take = min(take, int(rng.integers(16, 200)))
        if self.mix.onward and stop is None:
            answer = list(p.tokens[at:min(end, at + max(len(answer), room - take))])
        prefix = ([FILE] if take == at - start else []) + list(p.tokens[at - take:at])
        head = pasted + ([SUF, *suffix] if suffix else [])
        # Positions may jump after pasted text, so that distances longer than a row are seen in training.
        gap = int(self.luck.integers(0, 2048)) if pasted and self.luck.random() < 0.6 else 0
        ids = head + [PRE] + prefix + ([MEM] + [PAD] * len(memory) if memory else []) + [MID] + answer
        first = len(ids) - len(answer)
        far = p.tokens[max(start, at - take - FAR):at - take] if self.luck.random() < self.mix.far else []
        self.row(ids, memory, len(head) + 2 + len(prefix), first, gap_at=len(head), gap=gap, infile=(len(head) + 1, len(head) + 1 + len(prefix)), weight=weight, far=far)

    def reconstruct(self, at):
        """Up to three chunks in a row told from their vectors alone."""
        p = self.pack
        c = int(np.searchsorted(p.chunk_start, at, side="right") - 1)
        f = int(np.searchsorted(p.file_chunk, c, side="right") - 1)
        chunks = list(range(c, min(int(p.file_chunk[f + 1]), c + int(self.luck.integers(1, 4)))))
        memory = [v for x in chunks for v in self.leaf_vectors(self.chunk(x))]
        answer = [t for x in chunks for t in self.chunks[self.chunk(x)]]
        ids = [PRE, MEM] + [PAD] * len(memory) + [MID] + answer
        self.row(ids[:self.length], memory, 2, len(memory) + 3, reconstruct=True)

    def row(self, ids, memory, memory_at, first, gap_at=0, gap=0, infile=(0, 0), reconstruct=False, weight=1.0, far=()):
        T = len(ids)
        positions = np.arange(T)
        positions[gap_at:] += gap
        if memory:
            # Memory stands where the last token before it does: what is written is as near to that token as without memory.
            after = memory_at + len(memory)
            positions[memory_at - 1:after] = positions[memory_at - 2]
            positions[after:] -= len(memory) + 1
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
        self.rows.append((ids, memory, memory_at, positions, targets, region, far, weight))

    def finish(self):
        some = self.pack.chunks_at_once
        B, T = len(self.rows), max(max(len(r[0]) for r in self.rows), self.length if some > 1 else 0)
        C, S = max(1, -(-len(self.chunks) // some) * some), CHUNK // self.pack.slice_tokens
        ids, memory = np.zeros((B, T), dtype=np.int64), np.full((B, T), -1)
        positions, targets, region = np.zeros((B, T), dtype=np.int64), np.full((B, T), -100), np.zeros((B, T), dtype=np.int64)
        far = np.zeros((B, FAR if some > 1 else max(len(r[-2]) for r in self.rows)), dtype=np.int64)
        F = len(self.files)
        base = {"leaf": (0, S), "file": (C * S, 4), "dir": (C * S + 4 * F, 2), "mean": (C * S + 6 * F, 4)}
        for b, (i, vectors, at, pos, tgt, reg, further, _) in enumerate(self.rows):
            n = len(i)
            far[b, :len(further)] = further
            ids[b, :n], positions[b, :n], targets[b, :n], region[b, :n] = i, pos, tgt, reg
            for k, (kind, row, s) in enumerate(vectors):
                memory[b, at + k] = base[kind][0] + row * base[kind][1] + s
        chunk_ids, lengths = np.zeros((C, CHUNK), dtype=np.int64), np.zeros(C, dtype=np.int64)
        for c, t in enumerate(self.chunks):
            chunk_ids[c, :len(t)], lengths[c] = t, len(t)
        batch = dict(ids=ids, memory=memory, positions=positions, targets=targets, region=region, chunk_ids=chunk_ids,
                     chunk_lengths=lengths, far=far, pairs=np.array(self.pairs, dtype=np.int64).reshape(-1, 2))
        if self.files:
            batch.update(self.file_arrays())
        arrays = {k: np.ascontiguousarray(v, dtype=np.int32) for k, v in batch.items()}
        return {**arrays, "weight": np.array([r[-1] for r in self.rows], dtype=np.float32)}

    def file_arrays(self):
        """Each file stands in a directory with up to three other files of the batch: names and vectors of both matter."""
        F = len(self.files)
        chunks = np.full((F, max(len(r) for _, r, _ in self.files)), -1)
        names, words, dirs = np.full((F, 12), -1), np.full((F, 64), -1), np.full((F, 4), -1)
        for i, (_, rows, name) in enumerate(self.files):
            chunks[i, :len(rows)], names[i, :len(name)] = rows, name
            tokens = np.unique(np.concatenate([self.chunks[r] for r in rows]))
            tokens = tokens[self.pack.wordlike[tokens]]
            tokens = np.random.default_rng(len(tokens)).permutation(tokens)[:64]
            words[i, :len(tokens)] = tokens
            others = [j for j in range(F) if j != i]
            members = [i, *others[:3]]
            dirs[i, :len(members)] = members
        return dict(file_chunks=chunks, file_names=names, file_words=words, dir_files=dirs)
