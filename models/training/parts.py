"""Parts of a pack, small enough to be carried, and the pack made of them again.

A part is a .xz file of one stream per repository, so its size is known before it is written and each part stands alone:
any of them joined make a valid pack of their repositories. A stream holds a line of JSON (repo, held, names, and dtype and
length of each array), then the arrays' bytes, little-endian; starts count from the repository's own beginning.
"""
import hashlib
import json
import lzma
import os
import sys

import numpy as np

STARTS = {"file_start": "tokens", "file_chunk": "chunks", "chunk_start": "tokens", "ident_start": "idents"}
ARRAYS = {"tokens": "<u2", "idents": "<u4", **dict.fromkeys(STARTS, "<i8")}


def cut(pack, r):
    """Files of repository `r` of a pack, as (header, arrays). Its files must stand together."""
    files = np.flatnonzero(pack["file_repo"] == r)
    first, last = int(files[0]), int(files[-1]) + 1
    if last - first != len(files):
        sys.exit(f"{pack['repos'][r]}: its files do not stand together; pack again")
    chunks = slice(int(pack["file_chunk"][first]), int(pack["file_chunk"][last]))
    tokens = slice(int(pack["file_start"][first]), int(pack["file_start"][last]))
    idents = slice(int(pack["ident_start"][chunks.start]), int(pack["ident_start"][chunks.stop]))
    arrays = {"tokens": pack["tokens"][tokens], "idents": pack["idents"][idents],
              "file_start": pack["file_start"][first:last + 1] - tokens.start, "file_chunk": pack["file_chunk"][first:last + 1] - chunks.start,
              "chunk_start": pack["chunk_start"][chunks.start:chunks.stop + 1] - tokens.start,
              "ident_start": pack["ident_start"][chunks.start:chunks.stop + 1] - idents.start}
    header = {"repo": str(pack["repos"][r]), "held": bool(pack["held"][r]), "names": pack["names"][first:last].tolist(),
              "arrays": [[name, len(arrays[name])] for name in ARRAYS]}
    return header, arrays


def split(path, out, megabytes=60):
    """Writes part-000.xz and so on into `out`, of at most `megabytes` MiB each, and parts.json; returns its rows."""
    os.makedirs(out, exist_ok=True)
    for name in os.listdir(out):
        if name.startswith("part-"):
            os.remove(os.path.join(out, name))
    data = np.load(path)
    pack = {name: data[name] for name in data.files}
    limit, rows = int(megabytes * (1 << 20)), []
    for r in range(len(pack["repos"])):
        header, arrays = cut(pack, r)
        raw = json.dumps(header).encode() + b"\n" + b"".join(arrays[name].astype(kind).tobytes() for name, kind in ARRAYS.items())
        stream = lzma.compress(raw, preset=1)
        if len(stream) > limit:
            sys.exit(f"{header['repo']} alone takes {len(stream) / (1 << 20):.1f} MiB: give --megabytes more, or collect with a smaller --per-repo")
        if not rows or rows[-1]["bytes"] + len(stream) > limit:
            rows.append({"name": f"part-{len(rows):03d}.xz", "repositories": 0, "tokens": 0, "bytes": 0})
        with open(os.path.join(out, rows[-1]["name"]), "ab") as file:
            file.write(stream)
        rows[-1]["repositories"] += 1
        rows[-1]["tokens"] += len(arrays["tokens"])
        rows[-1]["bytes"] += len(stream)
    for row in rows:
        row["sha256"] = hashlib.sha256(open(os.path.join(out, row["name"]), "rb").read()).hexdigest()
    json.dump(rows, open(os.path.join(out, "parts.json"), "w"), indent=1)
    return rows


def records(path):
    """(header, arrays) of each repository of a part; EOFError or LZMAError where it is cut short or damaged."""
    with lzma.open(path) as file:
        for line in iter(file.readline, b""):
            header = json.loads(line)
            arrays = {}
            for name, length in header["arrays"]:
                raw = file.read(length * np.dtype(ARRAYS[name]).itemsize)
                arrays[name] = np.frombuffer(raw, dtype=ARRAYS[name], count=length)
            yield header, arrays


def join(folder, out):
    """Writes the pack of the parts that lie in `folder`: with all of them, the very arrays that were split."""
    kept = {name: [] for name in ARRAYS}
    totals, names, repos, held, file_repo = {"tokens": 0, "chunks": 0, "idents": 0}, [], [], [], []
    paths = sorted(n for n in os.listdir(folder) if n.startswith("part-") and n.endswith(".xz"))
    if not paths:
        sys.exit(f"no part-*.xz in {folder}")
    for name, kind in STARTS.items():
        kept[name].append(np.zeros(1, dtype=np.int64))
    for path in paths:
        for header, arrays in records(os.path.join(folder, path)):
            for name, kind in STARTS.items():
                kept[name].append(arrays[name][1:] + totals[kind])
            for name in ("tokens", "idents"):
                kept[name].append(arrays[name])
            totals["tokens"] += len(arrays["tokens"])
            totals["idents"] += len(arrays["idents"])
            totals["chunks"] += len(arrays["chunk_start"]) - 1
            file_repo += [len(repos)] * len(header["names"])
            names += header["names"]
            repos.append(header["repo"])
            held.append(header["held"])
    np.savez(out, tokens=np.concatenate(kept["tokens"]), file_start=np.concatenate(kept["file_start"]),
             file_repo=np.array(file_repo, dtype=np.int32), file_chunk=np.concatenate(kept["file_chunk"]),
             chunk_start=np.concatenate(kept["chunk_start"]), ident_start=np.concatenate(kept["ident_start"]),
             idents=np.concatenate(kept["idents"]), names=np.array(names), repos=np.array(repos), held=np.array(held))
