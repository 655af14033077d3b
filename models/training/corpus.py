"""From bare git folders to packed tokens; build_corpus.py runs all of it in one command.

collect  reads the newest tree of each listed repository, checks its licences, drops what is vendored, generated,
         minified or a near copy, and writes text.bin + files.jsonl + report.json.
pack     encodes the texts, cuts chunks and lists their identifiers: pack.npz, the only input of training.
split    cuts a pack into compressed parts small enough to carry; join makes the same pack of them again.
describe prints finished builds as Markdown: names, commits, licences and counts.

No output but describe's may be committed: the others hold other people's source.
"""
import argparse
import os
import sys

from collect import collect, read_names
from describe import describe
from pack import pack
from parts import join, split
from refusals import read_patterns

LISTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lists")


def print_collected(report):
    totals = {}
    for row in report["repositories"]:
        for language, n in row["bytes"].items():
            totals[language] = totals.get(language, 0) + n
    for row in report["without"]:
        print(f"{row['repo']}: {row['why']}, left out", file=sys.stderr)
    print(f"{len(report['repositories'])} repositories, {report['bytes'] / 1e6:.1f} MB",
          {k: f"{v / 1e6:.1f} MB" for k, v in totals.items()}, "dropped:", report["dropped"])


def print_packed(counts):
    print(f"{counts['tokens'] / 1e6:.2f} M tokens, {counts['chunks']} chunks, {counts['files']} files, held out: {counts['held']}")


def print_parts(rows):
    for row in rows:
        print(f"{row['name']}: {row['repositories']} repositories, {row['tokens'] / 1e6:.2f} M tokens, {row['bytes'] / (1 << 20):.1f} MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    step = parser.add_subparsers(dest="step", required=True)
    c = step.add_parser("collect")
    c.add_argument("--repos", required=True, help="folder of bare repositories owner+name/repo")
    c.add_argument("--list", required=True, help="names to read, owner/name")
    c.add_argument("--exclude", default=os.path.join(LISTS, "exclude.txt"), help="names never to read, nor copies of them")
    c.add_argument("--out", required=True)
    c.add_argument("--per-repo", type=float, default=0, help="megabytes at most from one repository; 0: no limit")
    c.add_argument("--compare", help="excluded repositories to refuse by content, with commas; default: those at hand")
    p = step.add_parser("pack")
    p.add_argument("--corpus", required=True)
    p.add_argument("--tokenizer", required=True)
    p.add_argument("--out", required=True)
    s = step.add_parser("split")
    s.add_argument("--pack", required=True)
    s.add_argument("--out", required=True, help="folder of the parts")
    s.add_argument("--megabytes", type=float, default=60, help="MiB at most of a compressed part")
    j = step.add_parser("join")
    j.add_argument("--parts", required=True, help="folder of the parts; whichever lie there are joined")
    j.add_argument("--out", required=True)
    d = step.add_parser("describe")
    d.add_argument("builds", nargs="+", help="report.json of build_corpus.py, or several")
    args = parser.parse_args()
    if args.step == "collect":
        print_collected(collect(args.repos, read_names(args.list), read_names(args.exclude), args.out, args.per_repo,
                                args.compare and args.compare.split(","), read_patterns(os.path.join(LISTS, "exclude-packages.txt"))))
    elif args.step == "pack":
        print_packed(pack(args.corpus, args.tokenizer, args.out))
    elif args.step == "split":
        print_parts(split(args.pack, args.out, args.megabytes))
    elif args.step == "join":
        join(args.parts, args.out)
    else:
        print(describe(args.builds))


if __name__ == "__main__":
    main()
