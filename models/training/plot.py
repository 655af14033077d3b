"""Draws a run's log: losses and held-out exact match against trained tokens.

    python3 plot.py --log run/log.jsonl --out ../nano/training.png        (needs matplotlib: apt-get install python3-matplotlib)
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
    parser.add_argument("--log", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    rows = {r["step"]: r for r in map(json.loads, open(args.log))}  # a resumed step replaces its first try
    rows = [rows[s] for s in sorted(rows)]
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
    for name, label in (("language", "next token"), ("reconstruct", "chunk from its vectors"), ("contrast", "retrieval")):
        have = [r for r in rows if name in r]
        left.plot([r["tokens"] / 1e6 for r in have], smooth([r[name] for r in have]), label=label)
    left.set_xlabel("million trained tokens")
    left.set_ylabel("loss (nats), smoothed")
    left.legend()
    held = [r for r in rows if "held_out" in r]
    for how in ("right", "shuffled", "none"):
        right.plot([r["tokens"] / 1e6 for r in held], [r["held_out"][how]["em"] for r in held], marker="o", label="no memory" if how == "none" else f"{how} memory")
    right.set_xlabel("million trained tokens")
    right.set_ylabel("held-out lines matched exactly, %")
    right.legend()
    figure.tight_layout()
    figure.savefig(args.out, dpi=90)


if __name__ == "__main__":
    main()
