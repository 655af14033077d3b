"""Parameters, operations and memory of a size (sizes/*.json), and what a time limit buys of it.

    python3 count.py --size small --minutes 20 --teraflops 790
    python3 count.py --size small --pack pack.npz --tokenizer tokenizer.json      (what one core draws, and what batches hold)

Operations: 2 for each weight a position meets, causal attention counted half, the backward pass twice the forward. A lead
for planning, not a measurement: `--efficiency` is the share of the matrix rate that training reaches.
"""
import argparse
import json
import os
import time

from model import Config, Hef
from samples import FAR, Mixture, Pack
from tokenizer import Tokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
WANTED = 0.67      # share of positions with a target, measured on nano's pack at rows of 1,024 (language 0.71, memory 0.63)
CHUNKS = 5         # chunks a row of the memory phase brings, as measured there
SAVED_KB = 31      # kept for the backward pass a layer and position at width 512 without compiling, attention fused


def millions(*modules):
    return sum(p.numel() for m in modules for p in m.parameters()) / 1e6


def draw(pack, size, batches=6):
    """Prints processor time a row, positions with a target and chunks a row, for the mixture of each phase."""
    rows, length = size["train"]["rows"], size["train"]["length"]
    for r in pack.chosen:
        pack.repository(r)
    for name, mixture in (("language", Mixture.language()), ("memory", Mixture())):
        started, drawn = time.process_time(), [pack.arrays(s, rows, length, size["train"]["repos"], mixture) for s in range(batches)]
        seconds = time.process_time() - started
        wanted = sum(int((b["targets"] >= 0).sum()) for b in drawn)
        chunks = sum(int((b["chunk_lengths"] > 0).sum()) for b in drawn)
        print(f"{name}: {1000 * seconds / batches / rows:.2f} ms a row on one core, {batches * rows * length / seconds / 1e6:.2f} M positions a second; "
              f"{wanted / batches / rows / length:.2f} of the positions have a target, {chunks / batches / rows:.1f} chunks a row")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="small")
    parser.add_argument("--minutes", type=float, default=20, help="training alone")
    parser.add_argument("--teraflops", type=float, default=790, help="dense bf16 rate of the accelerator on large products")
    parser.add_argument("--efficiency", type=float, nargs="+", default=[0.2, 0.3, 0.4])
    parser.add_argument("--pack", help="draw from this pack instead of counting")
    parser.add_argument("--tokenizer")
    args = parser.parse_args()
    size = json.load(open(os.path.join(HERE, "sizes", args.size + ".json")))
    if args.pack:
        return draw(Pack(args.pack, Tokenizer(args.tokenizer), slice_tokens=Config.of(size["model"]).fuser.sliceTokens), size)
    config = Config.of(size["model"])
    g, f, T, B = config.generator, config.fuser, size["train"]["length"], size["train"]["rows"]
    model = Hef(config)
    outside = millions(model.fuser, model.node, model.projector) - model.fuser.narrow.weight.numel() / 1e6
    print(f"generator {millions(model.model):.1f} M ({g.vocab * g.width / 1e6:.1f} M of them embeddings), pointer {millions(model.pointer):.2f} M, "
          f"fuser with node fuser and projector {outside:.2f} M outside its embedding ({g.vocab * f.width / 1e6:.1f} M)")
    bundle = 2 * (millions(model.model, model.pointer) + outside + g.vocab * f.width / 1e6)
    print(f"bundle about {bundle:.0f} MB in float16, checkpoint about {4 * 2 * millions(model) + 4 * g.vocab * g.width / 1e6:.0f} MB")
    layers = 2 * millions(model.model.layers) * 1e6 + g.layers * 2 * T * g.heads * g.headDim
    head = WANTED * 2 * g.width * g.vocab
    entries = T + FAR + f.memoryBudget * f.sliceTokens
    pointer = 2 * config.pointer.dim * (g.width + entries)
    fuser = CHUNKS * f.chunkTokens * (2 * millions(model.fuser.layers) * 1e6 + f.layers * 4 * f.chunkTokens * f.width) / T
    total = 3 * (layers + head + pointer + fuser)
    print(f"a trained position of the memory phase: {total / 1e6:.0f} MFLOP (layers {3 * layers / 1e6:.0f}, head {3 * head / 1e6:.0f}, pointer {3 * pointer / 1e6:.0f}, fuser {3 * fuser / 1e6:.0f})")
    state = 16 * millions(model) / 1e3
    logits = WANTED * B * T * (6 * g.vocab + 12 * entries) / 1e9
    saved = B * T * g.layers * SAVED_KB * 1e3 * g.width / 512 / 1e9
    print(f"a step: {B} rows of {T} = {B * T} positions, {total * B * T / 1e12:.1f} TFLOP; memory about {state + logits + saved:.0f} GB "
          f"(weights and optimisers {state:.1f}, head {logits:.1f}, layers {saved:.1f})")
    for share in args.efficiency:
        positions = share * args.teraflops * 1e12 / total
        print(f"at {100 * share:.0f} % of {args.teraflops:.0f} TFLOP/s: {positions / 1e6:.2f} M positions a second ({WANTED * positions / 1e6:.2f} M with a target), "
              f"{positions / B / T:.1f} steps a second; in {args.minutes:g} minutes {positions * args.minutes * 60 / B / T:.0f} steps, {WANTED * positions * args.minutes * 60 / 1e9:.2f} G targets")


if __name__ == "__main__":
    main()
