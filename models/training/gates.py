"""The gates of the method on a checkpoint, on held-out repositories (see evaluate.py):

1 is memory used, 2 can it copy from vectors, 3 is the hierarchy real, 4 what does compression cost, 5 does it harm.
Gate 6, what the copy lane does alone, comes from `hefc eval`, as do all of them on whole prompts.

    python3 gates.py --checkpoint run/checkpoint.pt --tokenizer tokenizer.json --pack pack.npz
"""
import argparse
import json

import torch

from evaluate import copy_gate, gates_of, judge_lines
from model import load_model
from samples import Pack
from tokenizer import Tokenizer
from train import keep_freed_memory


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--pack", required=True)
    parser.add_argument("--batches", type=int, default=24, help="of 32 lines each")
    parser.add_argument("--out", help="file for the result; default: printed")
    args = parser.parse_args()
    keep_freed_memory()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = load_model(args.checkpoint, device)
    tokenizer = Tokenizer(args.tokenizer)
    held = Pack(args.pack, tokenizer, held=True, seed=2, slice_tokens=model.config.fuser.sliceTokens)
    gates = gates_of(judge_lines(model, held, device, torch.from_numpy(held.wordlike).to(device), args.batches))
    result = json.dumps({"held-out repositories": gates, "gate 2, made-up names": copy_gate(model, tokenizer, device, min(200, 32 * args.batches))}, indent=1)
    if args.out:
        open(args.out, "w").write(result)
    else:
        print(result)


if __name__ == "__main__":
    main()
