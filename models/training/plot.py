"""Draws a run's log against trained tokens: losses, held-out exact match, and gates 1 and 3.

    python3 plot.py --log run/log.jsonl [more/log.jsonl …] --out ../nano/training.png     (needs matplotlib: apt-get install python3-matplotlib)

Several logs are runs that each started from the weights of the one before.
"""
import argparse
import json

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def smooth(values, keep=0.97):
    out, mean = [], values[0]
    for v in values:
        mean = keep * mean + (1 - keep) * v
        out.append(mean)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--log", required=True, nargs="+")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    rows = []
    for path in args.log:
        before = rows[-1]["tokens"] if rows else 0
        steps = {r["step"]: r for r in map(json.loads, open(path))}  # a resumed step replaces its first try
        rows += [{**steps[s], "tokens": before + steps[s]["tokens"]} for s in sorted(steps)]
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 4))
    for name, label in (("language", "next token"), ("line", "first line of the continuation"), ("reconstruct", "chunk from its vectors"), ("spell", "a slice's words from its vector"), ("contrast", "retrieval")):
        have = [r for r in rows if r.get(name)]
        if have:
            left.plot([r["tokens"] / 1e6 for r in have], smooth([r[name] for r in have]), label=label)
    left.set_ylabel("training loss (nats), smoothed")
    held = [r for r in rows if r.get("held_out")]
    million = [r["tokens"] / 1e6 for r in held]
    for how, label in (("right", "retrieved memory"), ("shuffled", "shuffled memory"), ("none", "no memory"), ("snippet", "pasted text"), ("no pointer", "retrieved memory, pointer off")):
        middle.plot(million, [r["held_out"][how]["em"] for r in held], marker="o", label=label)
    for how, label in (("right", "retrieved memory"), ("shuffled", "shuffled memory"), ("none", "no memory"), ("files", "file nodes alone"), ("means", "means of leaves alone"), ("random file", "nodes of a random file")):
        right.plot(million, [r["held_out"][how]["identifier_loss"] for r in held], marker="o", label=label)
    lines = sorted({r["held_out"]["right"]["n"] for r in held})
    middle.set_ylabel(f"held-out lines matched exactly, % of {' or '.join(map(str, lines))}")
    right.set_ylabel("held-out loss on identifier tokens (nats)")
    for axes in (left, middle, right):
        axes.set_xlabel("million trained tokens")
        axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(args.out, dpi=80)


if __name__ == "__main__":
    main()
