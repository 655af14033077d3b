"""Gates 1 and 2 of the method on a checkpoint; gate 4 comes from `hefc eval` (arms none, snippet-512, hef).

1. Is memory used?          loss on the target line's identifier tokens with the right memory, shuffled memory, none.
2. Can it copy from vectors? a chunk defines a made-up name and the target needs it: the same loss with the chunk's
                             vectors, with those of a chunk that defines another name, and with none; also when only
                             the one vector that covers the name is given.

    python3 gates.py --checkpoint run/checkpoint.pt --tokenizer tokenizer.json --pack pack.npz
"""
import argparse
import json
import random

import torch
import torch.nn.functional as F

from model import Config, Hef
from samples import Pack
from tokenizer import MEM, MID, PRE, Tokenizer
from train import evaluate, keep_freed_memory

SYLLABLES = "ba be bo da do fi ga go ka ki lo lu ma mi na no pa pe ra ri sa so ta te to va vu wa za zo".split()
DEFINITIONS = ["def {name}(left, right):\n    return left * right + 7\n\n", "class {name}:\n    def __init__(self, size):\n        self.size = size\n\n"]
FILLER = "def unrelated(values):\n    total = 0\n    for value in values:\n        total += value\n    return total\n\n"


def made_up(rng):
    return "_".join("".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 3))) for _ in range(rng.randint(1, 2)))


@torch.no_grad()
def name_loss(model, tokenizer, memory, prefix, name):
    """(mean loss over the name's tokens, whether all are the most likely) after prefix and memory [M,m]."""
    head = [PRE, *tokenizer.encode(prefix)]
    answer = tokenizer.encode(name)
    before, after = (head + [MEM], [MID, *answer]) if len(memory) else (head, [MID, *answer])
    table = model.model.embed_tokens
    x = torch.cat([table(torch.tensor(before)), model.projector(memory), table(torch.tensor(after))])
    states = model.model(x[None], torch.arange(len(x))[None])[0]
    logits = model.model.logits(states[-len(answer) - 1:-1])
    target = torch.tensor(answer)
    return F.cross_entropy(logits, target).item(), bool((logits.argmax(-1) == target).all())


@torch.no_grad()
def copy_gate(model, tokenizer, trials=200):
    rng = random.Random(0)
    table = model.fuser.table(model.model.embed_tokens.weight)
    table_rows = {}

    def fuse(text):
        ids = tokenizer.encode(text)[:128]
        padded = torch.zeros(1, -(-len(ids) // 16) * 16, dtype=torch.long)
        padded[0, :len(ids)] = torch.tensor(ids)
        return model.fuser(padded, torch.tensor([len(ids)]), table)[0][0]

    for _ in range(trials):
        template, name, other = rng.choice(DEFINITIONS), made_up(rng), made_up(rng)
        prefix = "from .shapes import *\n\n\nresult = " if "def {" in template else "from .shapes import *\n\n\nshape = "
        right, wrong = fuse(FILLER + template.format(name=name) + FILLER), fuse(FILLER + template.format(name=other) + FILLER)
        covering = len(tokenizer.encode(FILLER)) // 16
        settings = {"right": right, "another name": wrong, "none": right[:0], "one vector": right[covering:covering + 1]}
        for how, memory in settings.items():
            loss, exact = name_loss(model, tokenizer, memory, prefix, name)
            row = table_rows.setdefault(how, [0.0, 0])
            row[0], row[1] = row[0] + loss / trials, row[1] + exact
    return {how: {"name_loss": round(a, 3), "exact": f"{100 * b / trials:.1f} %"} for how, (a, b) in table_rows.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--pack", required=True)
    parser.add_argument("--batches", type=int, default=24)
    args = parser.parse_args()
    keep_freed_memory()
    state = torch.load(args.checkpoint, map_location="cpu")
    model = Hef(Config.of(state["config"]))
    model.load_state_dict(state["model"])
    model.eval()
    tokenizer = Tokenizer(args.tokenizer)
    held = Pack(args.pack, tokenizer, held=True, seed=2)
    m = held.mixture
    m.reconstruct = m.snippet = m.empty = m.foreign = m.random = m.answer = m.fill = 0
    batches = [held.batch(24) for _ in range(args.batches)]
    gate1 = evaluate(model, batches, "cpu", torch.from_numpy(held.wordlike))
    print(json.dumps({"gate 1, held-out repositories": gate1, "gate 2, made-up names": copy_gate(model, tokenizer)}, indent=1))


if __name__ == "__main__":
    main()
