"""pack.npz, the only input of training: tokens by repository, in file order, cut into chunks.

tokens u16; per file: file_start (token), file_repo, file_chunk, names (path); per chunk: chunk_start (token),
ident_start; idents u32 (CRC-32 of the identifiers of each chunk, ascending); repos (name) and held (kept for evaluation).
Every *_start and file_chunk has one entry more than there are things, so that a thing's range is [i], [i + 1].
"""
import os
import random
import re
import zlib

import numpy as np

from collected import read_files
from tokenizer import Tokenizer

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
MAX_CHUNK = 128


def cut_chunks(line_tokens, lines):
    """Line ranges of chunks of at most MAX_CHUNK tokens; a cut falls before the least indented line of the second half.

    The daemon cuts with tree-sitter; training only needs chunks of the same kind, and this needs no parser.
    """
    ranges, start, used = [], 0, 0
    i = 0
    while i < len(lines):
        if used + line_tokens[i] > MAX_CHUNK and i > start:
            best, least = i, indent(lines[i])
            for j in range(i - 1, start + (i - start) // 2, -1):
                if lines[j].strip() and indent(lines[j]) < least:
                    best, least = j, indent(lines[j])
            ranges.append((start, best))
            start, i, used = best, best, 0
            continue
        used += line_tokens[i]
        i += 1
    if start < len(lines):
        ranges.append((start, len(lines)))
    return ranges


def indent(line):
    return len(line) - len(line.lstrip()) if line.strip() else 99


def held_out(repos):
    """The twelfth of the repositories kept for evaluation."""
    return set(random.Random(1).sample(repos, max(1, len(repos) // 12))) if len(repos) > 1 else set()


def pack(corpus, tokenizer, out):
    """Writes pack.npz; returns its counts. Tokens and identifiers pass through scratch files beside it, not memory."""
    tokenizer = Tokenizer(tokenizer)
    newline = tokenizer.newline
    files = sorted(read_files(corpus), key=lambda f: f["repo"])
    repos = sorted({f["repo"] for f in files})
    held = held_out(repos)
    file_start, file_repo, file_chunk, names = [0], [], [0], []
    chunk_start, ident_start = [0], [0]
    count = 0
    scratch = [out + ".tokens", out + ".idents"]
    with open(os.path.join(corpus, "text.bin"), "rb") as blob, open(scratch[0], "wb") as tokens, open(scratch[1], "wb") as idents:
        for f in files:
            blob.seek(f["offset"])
            text = blob.read(f["bytes"]).decode()
            lines = text.split("\n")
            lines = [l + "\n" for l in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
            # A line feed is always a token of its own, so a file's tokens are those of its lines.
            ids = np.array(tokenizer.encode(text), dtype=np.uint16)
            ends = np.append(np.flatnonzero(ids == newline) + 1, len(ids) if len(ids) and ids[-1] != newline else [])
            starts = np.append(0, ends).astype(np.int64)
            tokens.write(ids.tobytes())
            for a, b in cut_chunks(np.diff(starts).tolist(), lines):
                words = {zlib.crc32(w.encode()) for w in set(IDENTIFIER.findall("".join(lines[a:b])))}
                idents.write(np.array(sorted(words), dtype=np.uint32).tobytes())
                chunk_start.append(count + int(starts[b]))
                ident_start.append(ident_start[-1] + len(words))
            count += len(ids)
            file_start.append(count)
            file_chunk.append(len(chunk_start) - 1)
            file_repo.append(repos.index(f["repo"]))
            names.append(f["path"])
    np.savez(out, tokens=np.memmap(scratch[0], dtype=np.uint16, mode="r"), file_start=np.array(file_start, dtype=np.int64),
             file_repo=np.array(file_repo, dtype=np.int32), file_chunk=np.array(file_chunk, dtype=np.int64),
             chunk_start=np.array(chunk_start, dtype=np.int64), ident_start=np.array(ident_start, dtype=np.int64),
             idents=np.memmap(scratch[1], dtype=np.uint32, mode="r"), names=np.array(names), repos=np.array(repos),
             held=np.array([r in held for r in repos]))
    for path in scratch:
        os.remove(path)
    return {"tokens": count, "chunks": len(chunk_start) - 1, "files": len(names), "vocab": len(tokenizer), "held": sorted(held)}
