"""Tests of the corpus on repositories made here, in a temporary folder: python3 test_corpus.py ends in "ok".

Every refusal is tested beside a file that must pass, so a rule that refuses everything fails too.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

import numpy as np

import build_corpus
from collect import collect
from marks import shingles
from near_copies import SIMILAR, jaccard, recall
from pack import pack
from parts import join, split
from refusals import read_patterns

LISTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lists")
MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\n" + "of this software\n" * 20
GPL = "GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n" + "terms\n" * 60
HEADER = "# This file is free software under the GNU General Public License, version 2.\n"
WORDS = [a + b for a in ("read", "write", "merge", "split", "check", "count", "order", "start") for b in ("_file", "_token", "_chunk", "_line", "_node", "_tree")]


def code(seed, lines=60):
    """A Python file like no other of another seed."""
    rng = random.Random(seed)
    pick = lambda: rng.choice(WORDS)
    return "".join(f"def {pick()}_{seed}_{i}({pick()}, {pick()}):\n    return {pick()}({pick()}) + {rng.randrange(9)}\n" for i in range(lines // 2))


def edited(text, every):
    """The same file with every so-many-th line changed and its layout altered."""
    lines = text.split("\n")
    return "\n".join(("    " + l + "  # was moved" if i % every == 0 else l + " ") for i, l in enumerate(lines))


def repository(repos, name, files, licence=MIT):
    """A bare repository owner+name/repo of {path: text}."""
    folder = os.path.join(repos, name.replace("/", "+"), "repo")
    with tempfile.TemporaryDirectory() as work:
        for path, text in {**files, **({"LICENSE": licence} if licence else {})}.items():
            os.makedirs(os.path.join(work, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(work, path), "w", newline="") as file:
                file.write(text)
        git = ["git", "-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "init.defaultBranch=main"]
        for command in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "files"]):
            subprocess.run([*git, *command], cwd=work, check=True)
        subprocess.run(["git", "clone", "-q", "--bare", work, folder], check=True)


def collected(repos, out, names, excluded=(), **options):
    """Kept (repo, path) in order, and the report."""
    report = collect(repos, names, list(excluded), out, banned=read_patterns(os.path.join(LISTS, "exclude-packages.txt")), **options)
    rows = [json.loads(l) for l in open(os.path.join(out, "files.jsonl"))]
    return [(r["repo"], r["path"]) for r in rows], report


def equal(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got!r}, not {wanted!r}")


def licences(at):
    repository(at("r1"), "a/free", {"a.py": code(1), "b.py": HEADER + code(2), "sub/LICENSE": GPL, "sub/c.py": code(3), "own/LICENSE": MIT, "own/d.py": code(4)})
    repository(at("r1"), "a/copyleft", {"a.py": code(5)}, GPL)
    repository(at("r1"), "a/silent", {"a.py": code(6)}, None)
    kept, report = collected(at("r1"), at("o1"), ["a/free", "a/copyleft", "a/silent", "a/absent"])
    equal("files under a permissive licence", kept, [("a/free", "a.py"), ("a/free", "own/d.py")])
    equal("refused files", report["dropped"], {"licence in its header": 1, "licence of its folder": 1})
    equal("refused repositories", [(r["repo"], r["why"]) for r in report["without"]],
          [("a/absent", "not at hand"), ("a/copyleft", "no permissive licence found"), ("a/silent", "no permissive licence found")])
    equal("licence", report["repositories"][0]["licence"], "MIT")


def exclusions(at):
    repository(at("r2"), "encode/httpx", {"httpx/client.py": code(10)})
    # One copy is known by its lines, wherever it lies; two by their names, with no origin at hand.
    repository(at("r2"), "b/user", {"a.py": code(11), "lib/client_copy.py": edited(code(10), 9), "lib/zod/package.json": '{\n  "name": "zod"\n}\n',
                                   "lib/zod/types.ts": code(12), "py/rich/__init__.py": code(13), "py/rich/table.py": code(14), "_vendor/x.py": code(15)})
    kept, report = collected(at("r2"), at("o2"), ["b/user"], ["encode/httpx"])
    equal("files that are no copies", kept, [("b/user", "a.py")])
    equal("refused copies", report["dropped"], {"copy of an excluded repository": 1, "package of an excluded name": 3, "vendored": 1})
    for wrong in ({"names": ["encode/httpx"]}, {"names": ["b/user"], "compare": ["encode/absent"]}):
        try:
            collected(at("r2"), at("o2b"), excluded=["encode/httpx"], **wrong)
        except SystemExit:
            continue
        sys.exit(f"{wrong} must end the run")


def near_copies(at):
    original, far = code(20, 200), edited(code(20, 200), 2)
    repository(at("r3"), "a/first", {"x.py": original})
    repository(at("r3"), "b/second", {"y.py": edited(original, 20), "z.py": code(21, 200), "far.py": far})
    if jaccard(shingles(original.encode()), shingles(far.encode())) >= SIMILAR:
        sys.exit("the far file of this test is too near")
    for order in (["a/first", "b/second"], ["b/second", "a/first"]):
        kept, report = collected(at("r3"), at("o3"), order)
        equal(f"kept of near copies, list {order}", kept, [("a/first", "x.py"), ("b/second", "far.py"), ("b/second", "z.py")])
        equal("near copies", report["dropped"], {"near copy": 1})
    if recall(SIMILAR) < 0.97 or recall(0.8) < 0.999:
        sys.exit("bands and rows find too few near copies")


def machine_made(at):
    repository(at("r4"), "c/made", {"a.js": code(30), "min.js": "var a=" + "1+x" * 600 + ";\n" * 9, "gen.ts": "// @generated, do not edit\n" + code(31),
                                   "api_pb2.py": code(32), "table.py": "".join(f"    {i}, {i * i}, {i * 77}, {i + 5},\n" for i in range(300)), "tiny.py": "x = 1\n"})
    kept, report = collected(at("r4"), at("o4"), ["c/made"])
    equal("files written by people", kept, [("c/made", "a.js")])
    equal("machine-made files", report["dropped"], {"minified": 1, "generated": 2, "data": 1, "tiny": 1})


def fair_sample(at):
    """Over the limit, whole folders are taken; the limit holds; a second run takes the same."""
    files = {f"d{i}/f{j}.py": code(1000 + 10 * i + j) for i in range(8) for j in range(4)}
    repository(at("r5"), "d/large", files)
    limit = sum(map(len, files.values())) / 2 / 1e6
    kept, report = collected(at("r5"), at("o5"), ["d/large"], per_repo=limit)
    folders = {p.split("/")[0] for _, p in kept}
    if not limit * 0.9e6 < report["bytes"] < limit * 1e6 + 5000:
        sys.exit(f"{report['bytes']} bytes of a limit of {limit * 1e6:.0f}")
    if len(folders) > -(-len(kept) // 4):
        sys.exit(f"{len(kept)} files of {len(folders)} folders: folders are torn")
    equal("second run", collected(at("r5"), at("o5"), ["d/large"], per_repo=limit)[1]["sha256"], report["sha256"])


def packs(at):
    names = [f"e/n{i:02d}" for i in range(26)]
    for i, name in enumerate(names):
        repository(at("r6"), name, {f"f{j}.py": code(5000 + 10 * i + j, 120) for j in range(3)})
    open(at("list.txt"), "w").write("\n".join(names))
    recipe = {"list": at("list.txt"), "exclude": "exclude.txt", "packages": "exclude-packages.txt", "perRepo": 0, "vocab": 400,
              "tokenizerMegabytes": 1, "compare": [], "megabytes": 0.03, "changes": ""}
    report = build_corpus.build(at("r6"), at("o6"), "toy", recipe)
    whole = dict(np.load(at("o6", "pack.npz")))
    text = open(at("o6", "corpus", "text.bin"), "rb").read()
    from tokenizer import Tokenizer
    equal("text told back by the tokens", Tokenizer(at("o6", "tokenizer.json")).decode(whole["tokens"].tolist()), text.decode())
    # Held out by repository: every file of a held repository, none of another.
    equal("repositories held out", int(whole["held"].sum()), 2)
    equal("files of repositories", [int(n) for n in np.bincount(whole["file_repo"])], [3] * 26)
    equal("order", whole["repos"].tolist(), names)
    if len(report["parts"]) < 2 or max(p["bytes"] for p in report["parts"]) > 0.03 * (1 << 20):
        sys.exit(f"parts are not several, or too large: {report['parts']}")
    join(at("o6", "parts"), at("joined.npz"))
    joined = dict(np.load(at("joined.npz")))
    equal("arrays of the joined pack", sorted(joined), sorted(whole))
    for name, array in whole.items():
        if array.dtype != joined[name].dtype or not np.array_equal(array, joined[name]):
            sys.exit(f"split and join change {name}")
    # One part alone is a pack of its repositories.
    os.remove(at("o6", "parts", "part-000.xz"))
    join(at("o6", "parts"), at("some.npz"))
    some = dict(np.load(at("some.npz")))
    skipped = report["parts"][0]["repositories"]
    equal("repositories of the other parts", some["repos"].tolist(), names[skipped:])
    if not np.array_equal(some["tokens"], whole["tokens"][report["parts"][0]["tokens"]:]) or some["file_start"][-1] != len(some["tokens"]):
        sys.exit("a pack of some parts is wrong")
    # A part that is gone is made again; else a second build runs no stage again. a changed setting runs its own and those after it.
    build_corpus.build(at("r6"), at("o6"), "toy", recipe)
    equal("part made again", os.path.getsize(at("o6", "parts", "part-000.xz")), report["parts"][0]["bytes"])
    stamps = lambda: {n: os.stat(at("o6", *n.split("/"))).st_mtime_ns for n in ("corpus/text.bin", "tokenizer.json", "pack.npz", "parts/part-001.xz")}
    before = stamps()
    equal("parts of a repeated build", build_corpus.build(at("r6"), at("o6"), "toy", recipe)["parts"], report["parts"])
    equal("stages run again", stamps(), before)
    build_corpus.build(at("r6"), at("o6"), "toy", {**recipe, "vocab": 420})
    equal("stages a new vocabulary runs", [n for n, t in stamps().items() if t != before[n]], ["tokenizer.json", "pack.npz", "parts/part-001.xz"])
    if "e/n25" not in open(at("o6", "report.md")).read():
        sys.exit("report.md does not name the repositories")


def main():
    with tempfile.TemporaryDirectory() as folder:
        at = lambda *names: os.path.join(folder, *names)
        for test in (licences, exclusions, near_copies, machine_made, fair_sample, packs):
            test(at)
            print(test.__name__)
    print("ok")


if __name__ == "__main__":
    main()
