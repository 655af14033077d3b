"""Finished builds as Markdown: names, commits, licences and counts, no source."""
import json
from collections import Counter


def table(head, rows):
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [head, ["---"] * len(head), *rows])


def megabytes(n):
    return f"{n / 1e6:.1f}"


def build(report):
    """One build: its command, sizes, languages, licences, what was left out, parts, repositories."""
    corpus, pack = report["corpus"], report["pack"]
    languages, licences, repositories = Counter(), Counter(), Counter()
    for row in corpus["repositories"]:
        languages.update(row["bytes"])
        licences[row["licence"]] += sum(row["bytes"].values())
        repositories[row["licence"]] += 1
    total = corpus["bytes"]
    share = lambda n: f"{100 * n / total:.1f} %"
    lines = [
        f"## {report['name']}", "",
        f"`{report['command']}`: {len(corpus['repositories'])} repositories, {sum(r['files'] for r in corpus['repositories'])} files, "
        f"{megabytes(total)} MB; SHA-256 of the text {corpus['sha256']}. A tokenizer of {pack['vocab']} makes of it "
        f"{pack['tokens'] / 1e6:.2f} M tokens in {pack['chunks']} chunks, {total / pack['tokens']:.2f} bytes a token. "
        f"Held out for evaluation: {', '.join(pack['held'])}.", "",
        table(["language", "MB", "share"], [[k, megabytes(n), share(n)] for k, n in languages.most_common()]), "",
        table(["licence", "repositories", "MB"], [[k, repositories[k], megabytes(n)] for k, n in licences.most_common()]), "",
        table(["files left out", "number"], [[k, n] for k, n in sorted(corpus["dropped"].items(), key=lambda d: -d[1])]), "",
        f"Copies of these were refused by content: {', '.join(corpus['compared']) or 'none'}."]
    if corpus["without"]:
        lines += ["", "Left out whole: " + "; ".join(f"{r['repo']} ({r['why']})" for r in corpus["without"]) + "."]
    if report["parts"]:
        lines += ["", table(["part", "repositories", "M tokens", "MiB"], [[p["name"], p["repositories"], f"{p['tokens'] / 1e6:.2f}", f"{p['bytes'] / (1 << 20):.1f}"]
                                                                   for p in report["parts"]])]
    lines += ["", table(["repository", "commit", "licence", "files", "MB"], [
        [r["repo"], r["commit"][:12], r["licence"], r["files"], f"{sum(r['bytes'].values()) / 1e6:.2f}"] for r in corpus["repositories"]])]
    return "\n".join(lines)


def describe(paths):
    return "\n\n".join(build(json.load(open(p))) for p in paths)
