"""One command from bare git folders to a pack and its parts: collect, tokenizer, pack, split, report.

    python3 build_corpus.py --repos REPOS --out OUT --model small

Recipes are in lists/recipes.json; an option given here overrides the recipe's. A stage whose inputs (settings and
commits of the repositories) are those of its last finished run is not run again, so a stopped build goes on where it was. OUT holds other people's source, except report.json and report.md.
"""
import argparse
import hashlib
import json
import os
import sys
import time

from collect import collect, read_names
from collected import read_texts
from describe import describe
from pack import pack
from parts import split
from refusals import read_patterns
from repositories import commit, place
from tokenizer import to_json, train

LISTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lists")


class Stages:
    """Runs a stage unless OUT/stages.json says that its last run finished with the same inputs; keeps its result."""

    def __init__(self, out):
        self.path, self.key = os.path.join(out, "stages.json"), ""
        self.done = json.load(open(self.path)) if os.path.exists(self.path) else {}

    def run(self, name, inputs, work, made):
        """`inputs` (JSON) and those of every stage before are the stage's identity; `work()` returns its result (JSON), of
        which `made(result)` are the files: a stage that lacks one is run again."""
        self.key = hashlib.sha256(json.dumps([self.key, name, inputs]).encode()).hexdigest()
        before = self.done.get(name)
        if before and before["key"] == self.key and all(map(os.path.exists, made(before["result"]))):
            print(f"{name}: done before", flush=True)
            return before
        started = time.time()
        result = work()
        self.done[name] = {"key": self.key, "seconds": round(time.time() - started, 1), "result": result}
        with open(self.path + ".new", "w") as file:
            json.dump(self.done, file)
        os.replace(self.path + ".new", self.path)
        print(f"{name}: {self.done[name]['seconds']} s", flush=True)
        return self.done[name]


def train_tokenizer(corpus, out, vocab, megabytes):
    document = to_json(train(read_texts(corpus, megabytes), vocab))
    with open(out, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False)
    return {"vocab": len(document["model"]["vocab"]), "megabytes": megabytes}


def build(repos, out, name, recipe):
    """Runs the stages; returns the report (see describe.py) and writes it as report.json and report.md."""
    os.makedirs(out, exist_ok=True)
    at = lambda *names: os.path.join(out, *names)
    listed, excluded, packages = (os.path.join(LISTS, recipe[k]) for k in ("list", "exclude", "packages"))
    names, never = read_names(listed), read_names(excluded)
    heads = {n: commit(place(repos, n)) for n in [*names, *never] if os.path.isdir(place(repos, n))}
    stages = Stages(out)
    inputs = [names, never, open(packages).read(), heads, recipe["perRepo"], recipe["compare"]]
    collected = stages.run("collect", inputs, lambda: collect(repos, names, never, at("corpus"), recipe["perRepo"],
                                                              recipe["compare"], read_patterns(packages)),
                           lambda _: [at("corpus", "text.bin"), at("corpus", "files.jsonl")])
    inputs = [collected["result"]["sha256"], recipe["vocab"], recipe["tokenizerMegabytes"]]
    tokenizer = stages.run("tokenizer", inputs, lambda: train_tokenizer(at("corpus"), at("tokenizer.json"), recipe["vocab"], recipe["tokenizerMegabytes"]),
                           lambda _: [at("tokenizer.json")])
    packed = stages.run("pack", [], lambda: pack(at("corpus"), at("tokenizer.json"), at("pack.npz")), lambda _: [at("pack.npz")])
    parts = stages.run("split", [recipe["megabytes"]], lambda: split(at("pack.npz"), at("parts"), recipe["megabytes"]),
                       lambda rows: [at("parts", row["name"]) for row in rows])
    report = {"name": name, "command": f"build_corpus.py --model {name}" + recipe["changes"], "corpus": collected["result"],
              "tokenizer": tokenizer["result"], "pack": packed["result"], "parts": parts["result"],
              "seconds": {k: v["seconds"] for k, v in stages.done.items()}}
    with open(at("report.json"), "w") as file:
        json.dump(report, file, indent=1)
    with open(at("report.md"), "w") as file:
        file.write(describe([at("report.json")]) + "\n")
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    recipes = json.load(open(os.path.join(LISTS, "recipes.json")))
    parser.add_argument("--repos", required=True, help="folder of bare repositories owner+name/repo")
    parser.add_argument("--out", required=True)
    parser.add_argument("--model", default="small", choices=sorted(recipes), help="whose recipe (lists/recipes.json)")
    parser.add_argument("--list", help="names to read, owner/name")
    parser.add_argument("--exclude", default="exclude.txt", help="names never to read, nor copies of them")
    parser.add_argument("--packages", default="exclude-packages.txt", help="package names a copy of them goes by")
    parser.add_argument("--compare", help="excluded repositories to refuse by content, with commas; default: the recipe's, else those at hand")
    parser.add_argument("--per-repo", type=float, help="megabytes at most from one repository; 0: no limit")
    parser.add_argument("--vocab", type=int)
    parser.add_argument("--megabytes", type=float, default=60, help="MiB at most of a compressed part")
    args = parser.parse_args()
    given = {"list": args.list and os.path.abspath(args.list), "perRepo": args.per_repo, "vocab": args.vocab,
             "compare": args.compare and args.compare.split(",")}
    given = {k: v for k, v in given.items() if v is not None}
    changes = "".join(f" ({k} changed)" for k in given)
    keep = lambda p: p if os.path.exists(os.path.join(LISTS, p)) else os.path.abspath(p)
    recipe = {**recipes[args.model], **given, "exclude": keep(args.exclude), "packages": keep(args.packages),
              "megabytes": args.megabytes, "changes": changes}
    report = build(args.repos, args.out, args.model, recipe)
    print(f"{len(report['corpus']['repositories'])} repositories, {report['corpus']['bytes'] / 1e6:.1f} MB, "
          f"{report['pack']['tokens'] / 1e6:.2f} M tokens, {len(report['parts'])} parts; see report.md in {args.out}")
    if report["corpus"]["bytes"] == 0:
        sys.exit("nothing was collected: does --repos hold owner+name/repo folders?")


if __name__ == "__main__":
    main()
