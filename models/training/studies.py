"""The paper's studies at toy size: what each part of the memory phase adds, on held-out repositories.

Every variant starts from the same language-phase checkpoint, sees the same places and trains the same number of steps;
then all are judged on the same lines, and compared line by line with the first.

    python3 train.py … --out toy --steps 600 --language 1
    python3 studies.py --checkpoint toy/checkpoint.pt --tokenizer tokenizer.json --pack pack.npz --out studies --steps 200
"""
import argparse
import json
import os
import subprocess
import sys

import torch

import model as model_file
import samples as samples_file
from evaluate import bootstrap, copy_gate, gates_of, judge_lines
from model import Hef, load_model
from samples import Pack
from tokenizer import Tokenizer
from train import keep_freed_memory
from train import main as train

HERE = os.path.dirname(os.path.abspath(__file__))


def longest_key():
    """Keys of the largest state in each dimension instead of the mean."""
    model_file.Fuser.whole = lambda self, x, lengths: x.max(1)[0]


def without_pointer():
    point = Hef.point
    Hef.point = lambda self, batch, states, pool, own=True, memory=True: point(self, batch, states, pool, False, False)


def pointer_to_text_alone():
    point = Hef.point
    Hef.point = lambda self, batch, states, pool, own=True, memory=True: point(self, batch, states, pool, own, False)


def memory_with_positions():
    """Memory takes positions of its own, so that what is written stands further from the text above the cursor."""
    row = samples_file.Builder.row

    def changed(self, ids, memory, memory_at, first, gap_at=0, gap=0, **rest):
        row(self, ids, memory, memory_at, first, gap_at=gap_at, gap=gap, **rest)
        positions = self.rows[-1][3]
        positions[:] = range(len(ids))
        positions[gap_at:] += gap

    samples_file.Builder.row = changed


def without_matches():
    """The pointer judges entries by query and key alone, as before matches were counted."""
    model_file.find_matches = lambda history, before, seen: (torch.zeros(0, dtype=torch.long),) * 4


# name: what it is, configuration, mixture, whether utility.py's list is used, change to the code
VARIANTS = {
    "baseline": ("8 vectors a chunk, mean-pooled keys, pointer with matches, no utility", {}, {}, False, None),
    "utility": ("contexts filtered and weighted by utility", {}, {}, True, None),
    "four vectors": ("4 vectors a chunk (32 tokens each)", {"sliceTokens": 32}, {}, False, None),
    "sixteen vectors": ("16 vectors a chunk (8 tokens each)", {"sliceTokens": 8}, {}, False, None),
    "max key": ("max-pooled keys", {}, {}, False, longest_key),
    "no copying of memory": ("the pointer reads the prompt's text alone", {}, {}, False, pointer_to_text_alone),
    "no pointer": ("no pointer at all", {}, {}, False, without_pointer),
    "no matches": ("the pointer does not count matching tokens", {}, {}, False, without_matches),
    "no far text": ("the pointer sees the file no further up than the prompt", {}, {"far": 0}, False, None),
    "positions": ("memory takes positions of its own", {}, {}, False, memory_with_positions),
    "no wrong memory": ("memory is never empty, unrelated or the answer", {}, {"empty": 0, "unrelated": 0, "answer": 0}, False, None),
}


def run_variant(name, args):
    """Trains and judges one variant in this process; writes OUT/NAME.json."""
    _, fuser, mixture, utility, change = VARIANTS[name]
    if change:
        change()
    folder = os.path.join(args.out, name.replace(" ", "-"))
    os.makedirs(folder, exist_ok=True)
    config = torch.load(args.checkpoint, map_location="cpu")["config"]
    config["fuser"].update(fuser)
    json.dump(config, open(os.path.join(folder, "config.json"), "w"))
    sys.argv = ["train.py", "--pack", args.pack, "--tokenizer", args.tokenizer, "--out", folder, "--config", os.path.join(folder, "config.json"),
                "--start-from", args.checkpoint, "--steps", str(args.steps), "--language", "0", "--mixture", json.dumps(mixture), "--threads", str(args.threads),
                "--judge", "0", "--seed", "5", *(["--float32"] if args.float32 else []), *(["--utility", os.path.join(args.out, "utility.npz")] if utility else [])]
    train()
    keep_freed_memory()
    tokenizer = Tokenizer(args.tokenizer)
    model = load_model(os.path.join(folder, "checkpoint.pt"), "cpu")
    held = Pack(args.pack, tokenizer, held=True, seed=2, slice_tokens=model.config.fuser.sliceTokens)
    judged = judge_lines(model, held, "cpu", torch.from_numpy(held.wordlike), args.judge)
    lines = {how: {"exact": torch.cat([p[3] for p in parts]).int().tolist()} for how, parts in judged.items()}
    contrast = [json.loads(l).get("contrast") for l in open(os.path.join(folder, "log.jsonl"))]
    contrast = [c for c in contrast if c is not None][-50:]
    json.dump({"gates": gates_of(judged), "copying": copy_gate(model, tokenizer, "cpu"), "lines": lines, "contrast": sum(contrast) / max(1, len(contrast))},
              open(os.path.join(args.out, name + ".json"), "w"))


def table(args):
    """Markdown of the variants that have been judged."""
    found = {n: json.load(open(os.path.join(args.out, n + ".json"))) for n in VARIANTS if os.path.exists(os.path.join(args.out, n + ".json"))}
    base = found["baseline"]["lines"]["right"]["exact"]
    shown = lambda d, scale, digits: f"{scale * d['mean']:+.{digits}f} ({scale * d['low']:+.{digits}f} to {scale * d['high']:+.{digits}f})"
    print("| variant | EM right | shuffled | none | snippet | EM right minus baseline | made-up name copied | contrast |\n|---|---|---|---|---|---|---|---|")
    for name, r in found.items():
        em = [f"{r['gates'][h]['em']:.1f}" for h in ("right", "shuffled", "none", "snippet")]
        gain = bootstrap(torch.tensor(r["lines"]["right"]["exact"]).float() - torch.tensor(base).float())
        print(f"| {name}: {VARIANTS[name][0]} | {' | '.join(em)} | {shown(gain, 100, 1)} | {r['copying']['right']['exact']} % | {r['contrast']:.2f} |")
    print("\nIdentifier loss, nats, and differences line by line:\n\n| variant | right | none | right − none | right − shuffled | right − snippet | shuffled − none | files − none |\n|---|---|---|---|---|---|---|---|")
    for name, r in found.items():
        d = [shown(r["gates"]["differences"][k], 1, 2) for k in ("right − none", "right − shuffled", "right − snippet", "shuffled − none", "files − none")]
        print(f"| {name} | {r['gates']['right']['identifier_loss']:.3f} | {r['gates']['none']['identifier_loss']:.3f} | {' | '.join(d)} |")
    print(f"\n{len(base)} lines of held-out repositories; 95 % bootstrap intervals in brackets.")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True, help="end of a language phase")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--pack", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--judge", type=int, default=8, help="batches of 32 held-out lines")
    parser.add_argument("--places", type=int, default=600, help="places utility.py scores")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--float32", action="store_true", help="no bfloat16 products (for processors without them)")
    parser.add_argument("--only", action="append", help="a variant; default: all")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        return run_variant(args.child, args)
    os.makedirs(args.out, exist_ok=True)
    names = args.only or list(VARIANTS)
    same = ["--checkpoint", args.checkpoint, "--tokenizer", args.tokenizer, "--pack", args.pack]
    if any(VARIANTS[n][3] for n in names) and not os.path.exists(os.path.join(args.out, "utility.npz")):
        subprocess.run([sys.executable, os.path.join(HERE, "utility.py"), *same, "--out", os.path.join(args.out, "utility.npz"), "--places", str(args.places), "--threads", str(args.threads)], check=True)
    for name in names:  # a process each: a variant may change the code
        if not os.path.exists(os.path.join(args.out, name + ".json")):
            subprocess.run([sys.executable, os.path.abspath(__file__), *same, "--out", args.out, "--steps", str(args.steps), "--judge", str(args.judge), "--threads", str(args.threads),
                            *(["--float32"] if args.float32 else []), "--child", name],
                           check=True, stdout=subprocess.DEVNULL)
    table(args)


if __name__ == "__main__":
    main()
