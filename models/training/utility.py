"""What each context was worth: log p(y | x, c) − log p(y | x), in nats a token of the continuation.

The paper filters training contexts by a likelihood signal of this kind; its exact form was not to be had. Here a generator
that has been trained on text (some of it pasted, see samples.Mixture.language) reads each candidate chunk as pasted text
before the prompt. The trainer keeps contexts above samples.USEFUL and weighs the continuation's loss by the best of them.

    python3 utility.py --checkpoint run/checkpoint.pt --tokenizer tokenizer.json --pack pack.npz --out utility.npz
"""
import argparse
import time

import numpy as np
import torch

from model import load_model, mixture_loss
from samples import CHUNK, USEFUL, Batch, Pack
from tokenizer import MID, PRE, SNIP, Tokenizer
from train import keep_freed_memory, use_threads

ANSWER = 24  # tokens of the continuation that are scored
OPENING = 160  # tokens above the cursor


@torch.no_grad()
def continuation_loss(model, prompts, device):
    """Mean loss over the last ANSWER tokens of each prompt (lists of ids, ending in the same number of answer tokens) → [n]."""
    length = max(map(len, prompts))
    ids = torch.zeros(len(prompts), length, dtype=torch.long)
    for i, p in enumerate(prompts):
        ids[i, :len(p)] = torch.tensor(p)
    last = torch.tensor([len(p) for p in prompts])
    blank = torch.full_like(ids, -1)
    batch = Batch(ids=ids, memory=blank, positions=torch.arange(length).expand_as(ids), targets=blank, region=torch.zeros_like(ids),
                  chunk_ids=torch.zeros(1, CHUNK, dtype=torch.long), chunk_lengths=torch.zeros(1, dtype=torch.long), pairs=torch.zeros(0, 2, dtype=torch.long)).to(device)
    states = model.model(model.embed(batch, None), batch.positions)
    scores, entries = model.point(batch, states, None)
    at = (last[:, None] - ANSWER - 1 + torch.arange(ANSWER)).to(device)  # rows that foretell the answer
    row = torch.arange(len(prompts), device=device)[:, None].expand_as(at)
    targets = batch.ids[row, at + 1]
    loss = mixture_loss(model.model.logits(states[row, at]).flatten(0, 1).float(), scores[row, at].flatten(0, 1), entries[row].flatten(0, 1), targets.flatten())
    return loss.view(len(prompts), ANSWER).mean(1)


def draw_places(pack, count, candidates, seed, until=float("inf")):
    """Places of line starts in training repositories and the chunks lexical retrieval finds for them: at [n], chunks [n,c] (−1: none)."""
    rng = np.random.default_rng([seed, 7])
    found, at = [], []
    while len(at) < count and (time.time() < until or not at):
        repo = pack.repository(int(rng.choice(pack.chosen, p=pack.shares)))
        file, place = pack.cut(repo, rng, midline=0.1)
        start, end = pack.ends(file)
        if place + ANSWER >= end:
            continue
        context, target = pack.words(max(start, place - OPENING), place), pack.words(place, place + ANSWER)
        query = np.union1d(context, target) if rng.random() < 0.5 else context
        chunks = repo.search(query, file, candidates)
        if chunks:
            at.append(place)
            found.append(chunks + [-1] * (candidates - len(chunks)))
    return np.array(at), np.array(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--pack", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--places", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=0, help="write what has been scored by then; 0: all places")
    parser.add_argument("--candidates", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    left = args.minutes * 60 or float("inf")
    started = time.time()
    keep_freed_memory()
    use_threads(args.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = load_model(args.checkpoint, device)
    model.eval()
    pack = Pack(args.pack, Tokenizer(args.tokenizer))
    at, chunks = draw_places(pack, args.places, args.candidates, args.seed, started + 0.5 * left)
    values = np.zeros(chunks.shape, dtype=np.float32)
    group = 256 if device == "cuda" else 8  # places at once
    for first in range(0, len(at), group):
        if time.time() > started + 0.9 * left and first:
            at, chunks, values = at[:first], chunks[:first], values[:first]
            break
        places = range(first, min(len(at), first + group))
        prompts, owner = [], []
        for i in places:
            start = max(pack.ends(np.searchsorted(pack.file_start, at[i], side="right") - 1)[0], at[i] - OPENING)
            own = [int(t) for t in [PRE, *pack.tokens[start:at[i]], MID, *pack.tokens[at[i]:at[i] + ANSWER]]]
            prompts.append(own)
            owner.append((i, -1))
            for j, c in enumerate(chunks[i]):
                if c >= 0:
                    prompts.append([SNIP, *(int(t) for t in pack.tokens[pack.chunk_start[c]:pack.chunk_start[c + 1]][:CHUNK]), *own])
                    owner.append((i, j))
        with torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda"):  # many processors only emulate it
            loss = continuation_loss(model, prompts, device).float().cpu().numpy()
        alone = {i: l for (i, j), l in zip(owner, loss) if j < 0}
        for (i, j), l in zip(owner, loss):
            if j >= 0:
                values[i, j] = alone[i] - l
    np.savez(args.out, at=at, chunks=chunks.astype(np.int64), values=values)
    real = values[chunks >= 0]
    best = values.max(1)
    print(f"{len(at)} places, {len(real)} contexts: useful {100 * (real > USEFUL).mean():.1f} %, harmful {100 * (real < -USEFUL).mean():.1f} %, "
          f"mean {real.mean():.3f}; best of a place: mean {best.mean():.3f}, useful {100 * (best > USEFUL).mean():.1f} %")


if __name__ == "__main__":
    main()
