"""From bare git folders to text.bin, files.jsonl and report.json. Neither of the first two may be committed.

The order of the list does not matter.
"""
import hashlib
import json
import os
import random
import sys
from collections import Counter

from licences import repository_licence, restricted_folders, restricted_header
from marks import line_hashes
from near_copies import ShingleIndex
from refusals import language, package_folders, read_patterns, refused
from repositories import commit, place, read_objects, sizes, tree

TEXT_SHARE = 0.06  # of a repository's bytes: documentation and settings


def read_names(path):
    return [n for l in open(path) if not l.startswith("#") for n in l.split()]


def excluded_lines(repos, names):
    """Hashes of the lines of each file of the named repositories: read only to refuse copies of them elsewhere."""
    for name in names:
        folder = place(repos, name)
        for raw in read_objects(folder, [o for p, o in tree(folder) if language(p)], largest=1 << 30):
            yield line_hashes((raw or b"").decode("utf-8", "replace").encode())


def reading_order(name, rows, known, limit):
    """A repository over `limit` bytes gives a fair sample, not its first folders: rows, shuffled by folder, since files that
    use each other stay together."""
    if not limit or sum(n or 0 for n in known) <= limit:
        return rows
    folders = {}
    for row in rows:
        folders.setdefault(os.path.dirname(row[0]), []).append(row)
    names = list(folders)
    random.Random(name).shuffle(names)
    return [row for folder in names for row in folders[folder]]


class Collector:
    """Writes the files that pass every rule; counts the others by reason."""

    def __init__(self, out, banned, repos, compare):
        self.banned = banned
        self.blob, self.index = open(os.path.join(out, "text.bin"), "w+b"), open(os.path.join(out, "files.jsonl"), "w")
        self.copies = ShingleIndex(self.blob, excluded_lines(repos, compare))
        self.offset, self.dropped, self.hash = 0, Counter(), hashlib.sha256()

    def close(self):
        self.blob.close()
        self.index.close()

    def places(self, folder, rows):
        """Folders refused as a whole, with the reason."""
        paths = {p: o for p, o in tree(folder)}
        found = dict.fromkeys(restricted_folders(folder), "licence of its folder")
        read = lambda some: read_objects(folder, [paths[p] for p in some])
        found.update(dict.fromkeys(package_folders(paths, read, self.banned), "package of an excluded name"))
        return found

    def reason(self, path, raw, places, total, text_bytes):
        """Why a file is left out, or None; with its text as bytes."""
        if raw is None:
            return "huge", None
        try:
            text = raw.decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            return "not-utf8", None
        data = text.encode()
        why = next((why for folder, why in places.items() if path.startswith(folder)), None) or refused(path, text)
        if not why and restricted_header(text):
            why = "licence in its header"
        if not why:
            if self.copies.copied(data):
                why = "copy of an excluded repository"
            elif self.copies.near(data):
                why = "near copy"
            elif language(path) == "text" and text_bytes > TEXT_SHARE * (total + 40_000):
                why = "enough text"
        return why, data

    def repository(self, name, folder, licence, limit):
        """Adds a repository's files, `limit` bytes of them (0: all); its row of the report."""
        rows = [(p, o) for p, o in tree(folder) if language(p)]
        rows = reading_order(name, rows, sizes(folder, [o for _, o in rows]), limit)
        places, kept, by_language = self.places(folder, rows), 0, Counter()
        for (path, _), raw in zip(rows, read_objects(folder, [o for _, o in rows])):
            total = sum(by_language.values())
            if limit and total > limit:
                break
            why, data = self.reason(path, raw, places, total, by_language["text"])
            if why:
                self.dropped[why] += 1
                continue
            self.blob.write(data)
            self.copies.keep(self.offset, len(data))
            self.index.write(json.dumps({"repo": name, "path": path, "language": language(path), "offset": self.offset,
                                         "bytes": len(data)}) + "\n")
            self.hash.update(data)
            self.offset += len(data)
            by_language[language(path)] += len(data)
            kept += 1
        return {"repo": name, "commit": commit(folder), "licence": licence, "files": kept, "bytes": dict(by_language)}


def collect(repos, listed, excluded, out, per_repo=0, compare=None, banned=None):
    """Collects; returns and writes the report. `per_repo`: megabytes at most from one repository, 0 for no limit.

    `compare`: the excluded repositories whose lines are refused elsewhere (default: those at hand); missing ones end the run.
    """
    wrong = [n for n in listed if n in excluded]
    if wrong:
        sys.exit(f"{', '.join(wrong)} must never be trained on: take it out of the list")
    compare = [n for n in excluded if os.path.isdir(place(repos, n))] if compare is None else compare
    absent = [n for n in compare if not os.path.isdir(place(repos, n))]
    if absent:
        sys.exit(f"copies of {', '.join(absent)} are to be refused by content: bring them into {repos}, or pass --compare with those at hand")
    os.makedirs(out, exist_ok=True)
    collector = Collector(out, banned, repos, compare)
    report, without = [], []
    for name in sorted(set(listed), key=str.lower):
        folder = place(repos, name)
        if not os.path.isdir(folder):
            without.append({"repo": name, "why": "not at hand"})
            continue
        licence = repository_licence(folder)
        if licence is None:
            without.append({"repo": name, "why": "no permissive licence found"})
            continue
        report.append(collector.repository(name, folder, licence, per_repo * 1e6))
    collector.close()
    document = {"perRepo": per_repo, "compared": compare, "bytes": collector.offset, "sha256": collector.hash.hexdigest(),
                "repositories": report, "without": without, "dropped": dict(collector.dropped)}
    json.dump(document, open(os.path.join(out, "report.json"), "w"), indent=1)
    return document
