"""Bare git folders, read through git alone: no work tree, nothing run."""
import os
import subprocess

LARGEST = 800_000   # bytes; a larger file is refused for its size whatever it holds, so it is not read
BLOCK = 16_000_000  # bytes read at one go


def git(folder, *arguments, data=None):
    """Standard output of a git command; CalledProcessError when git refuses."""
    return subprocess.run(["git", "--git-dir", folder, *arguments], input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True).stdout


def place(repos, name):
    """Folder of owner/name under the folder of repositories."""
    return os.path.join(repos, name.replace("/", "+"), "repo")


def commit(folder):
    return git(folder, "rev-parse", "HEAD").decode().strip()


def tree(folder, links=False):
    """(path, oid) of every regular file of HEAD; with `links`, of every symbolic link instead."""
    for row in git(folder, "ls-tree", "-r", "-z", "HEAD").split(b"\0"):
        if row:
            meta, path = row.split(b"\t", 1)
            mode, kind, oid = meta.decode().split()
            if kind == "blob" and mode.startswith("12" if links else "100"):
                yield path.decode("utf-8", "replace"), oid


def sizes(folder, oids):
    """Bytes of each blob, in order; None for one this copy lacks (a partial clone)."""
    rows = git(folder, "cat-file", "--batch-check", data="".join(o + "\n" for o in oids).encode()).decode().splitlines()
    return [None if row.endswith(" missing") else int(row.split()[2]) for row in rows]


def read_objects(folder, oids, largest=LARGEST):
    """Contents of blobs, in order: None for one that is missing or over `largest` bytes. Holds about BLOCK bytes at a time."""
    known = [(o, n if n is not None and n <= largest else None) for o, n in zip(oids, sizes(folder, oids))]
    at = 0
    while at < len(known):
        end, held = at, 0
        while end < len(known) and held < BLOCK:
            held += known[end][1] or 0
            end += 1
        wanted = [o for o, n in known[at:end] if n is not None]
        out, seek = git(folder, "cat-file", "--batch", data="".join(o + "\n" for o in wanted).encode()), 0
        for _, n in known[at:end]:
            if n is None:
                yield None
                continue
            start = out.index(b"\n", seek) + 1
            yield out[start:start + n]
            seek = start + n + 1
        at = end
