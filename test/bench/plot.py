"""Draws what `hefc bench growth --json` and `hefc bench typing --json` wrote.

    python3 plot.py --growth growth.json --typing typing.json --out ../../docs     (needs matplotlib: apt-get install python3-matplotlib)

Writes growth.png and typing.png into the folder, each only where its file is named.
"""
import argparse
import json
import os

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, NullFormatter

SEARCH_BUDGETS = ((100_000, 15), (1_000_000, 40))  # chunks, ms; as in growth/tables.ts
FEW = 5  # answers a sample must have to be drawn: the first and the last may be short
CHUNKS = "chunks in the tree"


def number(value, _=None):
    for unit, name in ((1e6, "M"), (1e3, "k")):
        if value >= unit:
            return f"{value / unit:g}{name}"
    return f"{value:g}"


def log_axes(axes, xs, x="log", y="log"):
    """Logarithmic axes whose ticks are plain numbers, on the x axis those measured at."""
    if x == "log":
        axes.set_xscale("log")
        axes.set_xticks(xs)
        axes.xaxis.set_minor_formatter(NullFormatter())
    if y == "log":
        axes.set_yscale("log")
        low, high = axes.get_ylim()
        # Within less than two decades the powers of ten alone would be too few ticks.
        axes.yaxis.set_minor_formatter(FuncFormatter(number) if high < 30 * low else NullFormatter())
        axes.tick_params(axis="y", which="minor", labelsize=7)
    axes.xaxis.set_major_formatter(FuncFormatter(number))
    axes.yaxis.set_major_formatter(FuncFormatter(number))
    axes.grid(True, alpha=0.3)


def curve(axes, points, x, value, label, **how):
    have = [(p[x], value(p)) for p in points if value(p) is not None]
    axes.plot([a for a, _ in have], [b for _, b in have], marker="o", label=label, **how)


def with_p95(axes, points, name, label):
    line = axes.plot([p["chunks"] for p in points], [p[name]["p50"] for p in points], marker="o", label=label)[0]
    axes.plot([p["chunks"] for p in points], [p[name]["p95"] for p in points], linestyle=":", color=line.get_color())


def legend(axes):
    """Below the axes, where it hides nothing."""
    axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.17), ncol=2, frameon=False)


def rounded(chunks):
    return float(f"{chunks:.2g}")


def draw_growth(report, path):
    chunks, source, commits = report["chunks"], report["source"], report["commits"]
    figure, grid = plt.subplots(2, 3, figsize=(16, 10))
    (latency, searches, recall), (memory, index, commit) = grid
    if chunks:
        xs = sorted({rounded(p["chunks"]) for p in chunks})
        for name, label in (("completion", "completion"), ("propose", "… copy lane"), ("completion_retrieve", "… retrieval"), ("generate", "… generating")):
            with_p95(latency, chunks, name, label)
        latency.set_title("a completion (dotted: p95)")
        with_p95(searches, chunks, "search", "the searches")
        for name, label in (("lexical", "… lexical"), ("dense", "… keys of chunks"), ("nodes", "… keys of nodes"), ("embed", "vector of the query"), ("like", "places alike")):
            curve(searches, chunks, "chunks", lambda p: p[name]["p50"], label)
        budgets = [(n, ms) for n, ms in SEARCH_BUDGETS if n <= 1.1 * xs[-1]]
        searches.plot([n for n, _ in budgets], [ms for _, ms in budgets], "kx", markersize=9, label="budget of the searches" if budgets else None)
        searches.set_title("retrieval (dotted: p95)")
        for k in (16, 48):
            curve(recall, chunks, "chunks", lambda p: p[f"recall_{k}"], f"recall@{k}", linestyle="-" if k == 16 else "--")
        recall.axhline(0.95, color="k", linestyle="--", linewidth=1, label="budget")
        recall.set_ylim(0, 1.03)
        recall.set_title("found of the nearest keys")
        curve(memory, chunks, "chunks", lambda p: p["db_mb"], "database, MB")
        curve(memory, chunks, "chunks", lambda p: p["rss_completed_mb"], "RSS, all of the process, MB")
        curve(memory, chunks, "chunks", lambda p: p["open_ms"] / 1000, "opening the store, s")
        curve(memory, chunks, "chunks", lambda p: p["copy_index_ms"] / 1000, "copy lane's first index, s")
        memory.set_title("size, and what the first completion waits for")
        for axes, label in ((latency, "ms"), (searches, "ms"), (recall, "share"), (memory, "MB, or s")):
            axes.set_xlabel(CHUNKS)
            axes.set_ylabel(label)
            log_axes(axes, xs, y="linear" if axes is recall else "log")
            legend(axes)
    if source:
        curve(index, source, "source_mb", lambda p: p["seconds"], "index time, s")
        curve(index, source, "source_mb", lambda p: p["db_mb"], "database, MB")
        curve(index, source, "source_mb", lambda p: p["tokens_per_s"] / 1000, "thousand tokens a second", linestyle="--")
        curve(index, source, "source_mb", lambda p: p["peak_mb"], "peak RSS of the daemon, MB", linestyle="--")
        log_axes(index, sorted({rounded(p["source_mb"]) for p in source}))
        index.set_title("indexing from nothing")
        index.set_xlabel("source indexed, MB")
        index.set_ylabel("s, MB or 1,000 tokens/s")
        legend(index)
    if commits:
        curve(commit, commits, "files", lambda p: p["ms"], "from git commit to fused, ms")
        curve(commit, commits, "files", lambda p: p["chunks"], "chunks fused")
        curve(commit, commits, "files", lambda p: p["nodes"], "nodes fused")
        log_axes(commit, [p["files"] for p in commits])
        commit.set_title("a commit")
        commit.set_xlabel("files touched")
        commit.set_ylabel("ms, or fusions")
        legend(commit)
    finish(figure, grid.flat, report, path)


def draw_typing(report, path):
    samples = [s for s in report["samples"] if s["rss_mb"] is not None]
    minutes = [s["seconds"] / 60 for s in samples]
    figure, (memory, latency) = plt.subplots(1, 2, figsize=(13, 4.2))
    memory.plot(minutes, [s["rss_mb"] for s in samples])
    growth = report["rss_mb_per_hour"]
    memory.set_title("memory of the daemon" + ("" if growth is None else f"; second half: {growth:+.0f} MB an hour"))
    memory.set_ylabel("RSS, MB")
    memory.set_ylim(0, 1.15 * max(s["rss_mb"] for s in samples))
    answered = [s for s in samples if s["keys"] - s["cancelled"] >= FEW]
    for share in ("p50", "p95"):
        latency.plot([s["seconds"] / 60 for s in answered], [s[f"{share}_ms"] for s in answered], label=share, linewidth=1)
    latency.set_title(f"from key to answer, {report['keys_per_second']:g} keys a second")
    latency.set_ylabel("ms")
    latency.set_ylim(bottom=0)
    latency.legend(fontsize=8)
    for axes in (memory, latency):
        axes.set_xlabel("minutes of typing")
        axes.grid(True, alpha=0.3)
    finish(figure, (memory, latency), report, path)


def finish(figure, grid, report, path):
    for axes in grid:
        if not axes.has_data():
            axes.set_axis_off()
    figure.suptitle(f"{report['model']}, {report['repository']}; {report['machine']}", fontsize=9)
    figure.tight_layout()
    figure.savefig(path, dpi=80)


def read(path):
    with open(path) as file:
        return json.load(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--growth", nargs="+", help="of several files, each with some of the parts, the last that has a part counts")
    parser.add_argument("--typing")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    if args.growth:
        report = {}
        for one in map(read, args.growth):
            report.update({part: value for part, value in one.items() if value != []})
        draw_growth({"chunks": [], "source": [], "commits": [], **report}, os.path.join(args.out, "growth.png"))
    if args.typing:
        draw_typing(read(args.typing), os.path.join(args.out, "typing.png"))


if __name__ == "__main__":
    main()
