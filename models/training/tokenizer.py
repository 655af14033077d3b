"""Byte-level BPE: training, encoding, and the Hugging Face tokenizer.json that the TypeScript side reads.

A line feed is always a token of its own and a run of two or more blanks or tabs is never split from within by a word,
so whole lines and indents keep their token counts whatever stands around them.
"""
import argparse
import heapq
import json
import re
from collections import Counter, defaultdict

# Special tokens, in id order. See bundle.json "special".
SPECIALS = ["<|pad|>", "<|eos|>", "<|pre|>", "<|suf|>", "<|mid|>", "<|mem|>", "<|snip|>", "<|file|>"]
PAD, EOS, PRE, SUF, MID, MEM, SNIP, FILE = range(8)

# Both Python's re and the tokenizers library (Oniguruma) read this pattern alike: no Unicode classes, only ranges.
WIDE = "\u0080-\ud7ff\ue000-\U0010ffff"
PATTERN = (
    "\n|[ \t]{2,}"
    "| ?[A-Za-z_" + WIDE + "]+"
    "| ?[0-9]{1,3}"
    "| ?[!-/:-@\\[-\\^`{-~]+"
    "|[\\x00-\\x20\\x7f]"
)
WORDS = re.compile(PATTERN)
NEVER = 1 << 30  # rank of a pair that no merge joins


def byte_alphabet():
    """GPT-2's printable stand-in for each byte: list of 256 one-character strings, by byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table, extra = {b: chr(b) for b in printable}, 0
    for b in range(256):
        if b not in table:
            table[b] = chr(256 + extra)
            extra += 1
    return [table[b] for b in range(256)]


BYTES = byte_alphabet()


def to_symbols(word):
    return tuple(BYTES[b] for b in word.encode("utf-8"))


def train(texts, vocab_size):
    """Merges (pairs of symbols, best first) from an iterable of texts. Ties break by the pair itself: deterministic."""
    counts = Counter()
    for text in texts:
        counts.update(WORDS.findall(text))
    words = [(list(to_symbols(w)), n) for w, n in counts.items() if n > 1]
    pairs, where = Counter(), defaultdict(set)
    for i, (symbols, n) in enumerate(words):
        for pair in zip(symbols, symbols[1:]):
            pairs[pair] += n
            where[pair].add(i)
    heap = [(-n, pair) for pair, n in pairs.items()]
    heapq.heapify(heap)
    merges = []
    while len(merges) < vocab_size - len(SPECIALS) - 256 and heap:
        negative, pair = heapq.heappop(heap)
        n = pairs.get(pair, 0)
        if n != -negative:  # a stale entry: put the true count back
            if n > 0:
                heapq.heappush(heap, (-n, pair))
            continue
        merges.append(pair)
        touched = set()
        for i in where.pop(pair):
            symbols, n = words[i]
            for p in zip(symbols, symbols[1:]):
                pairs[p] -= n
                touched.add(p)
            merge_in_place(symbols, pair)
            for p in zip(symbols, symbols[1:]):
                pairs[p] += n
                where[p].add(i)
                touched.add(p)
        pairs.pop(pair, None)
        for p in touched:
            if pairs.get(p, 0) > 0:
                heapq.heappush(heap, (-pairs[p], p))
    return merges


def merge_in_place(symbols, pair):
    i = 0
    while i < len(symbols) - 1:
        if symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            symbols[i:i + 2] = [pair[0] + pair[1]]
        i += 1


def to_json(merges):
    """The tokenizer.json document."""
    vocab = {s: i for i, s in enumerate(SPECIALS)}
    for symbol in BYTES:
        vocab[symbol] = len(vocab)
    for left, right in merges:
        vocab.setdefault(left + right, len(vocab))
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": s, "single_word": False, "lstrip": False, "rstrip": False,
                          "normalized": False, "special": True} for i, s in enumerate(SPECIALS)],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Isolated", "invert": False},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                  "vocab": vocab, "merges": [list(m) for m in merges]},
    }


class Tokenizer:
    """Encodes with a dictionary of words already seen; code repeats its words, so this is fast enough."""

    def __init__(self, path):
        document = json.load(open(path, encoding="utf-8"))
        self.vocab = document["model"]["vocab"]
        self.ranks = {tuple(m): i for i, m in enumerate(document["model"]["merges"])}
        self.texts = {i: s for s, i in self.vocab.items()}
        self.newline = self.vocab[BYTES[10]]
        self.cache = {}
        self.bytes_of = {c: b for b, c in enumerate(BYTES)}

    def __len__(self):
        return len(self.vocab)

    def word(self, word):
        ids = self.cache.get(word)
        if ids is None:
            symbols = list(to_symbols(word))
            # The rank of each pair of neighbours: only two change with a merge. A merge's own pairs come after it, so
            # the leftmost of the best is the same as all of the best.
            ranks = [self.ranks.get(pair, NEVER) for pair in zip(symbols, symbols[1:])]
            while ranks:
                best = min(ranks)
                if best == NEVER:
                    break
                i = ranks.index(best)
                symbols[i:i + 2] = [symbols[i] + symbols[i + 1]]
                del ranks[i]
                if i > 0:
                    ranks[i - 1] = self.ranks.get((symbols[i - 1], symbols[i]), NEVER)
                if i < len(ranks):
                    ranks[i] = self.ranks.get((symbols[i], symbols[i + 1]), NEVER)
            ids = [self.vocab[s] for s in symbols]
            if len(self.cache) < 2_000_000:
                self.cache[word] = ids
        return ids

    def encode(self, text):
        ids = []
        for word in WORDS.findall(text):
            ids.extend(self.word(word))
        return ids

    def decode(self, ids):
        raw = bytes(self.bytes_of[c] for i in ids if i >= len(SPECIALS) for c in self.texts[i])
        return raw.decode("utf-8", errors="replace")


def main():
    parser = argparse.ArgumentParser(description="Train a byte-level BPE tokenizer from a collected corpus.")
    parser.add_argument("--corpus", required=True, help="folder written by corpus.py collect")
    parser.add_argument("--out", required=True, help="tokenizer.json to write")
    parser.add_argument("--vocab", type=int, default=8192)
    parser.add_argument("--megabytes", type=float, default=40, help="how much text to learn from, spread over the files")
    args = parser.parse_args()
    from collected import read_texts
    document = to_json(train(read_texts(args.corpus, args.megabytes), args.vocab))
    json.dump(document, open(args.out, "w", encoding="utf-8"), ensure_ascii=False)
    print(f"{len(document['model']['vocab'])} tokens → {args.out}")


if __name__ == "__main__":
    main()
