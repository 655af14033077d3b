"""Writes a bundle from a checkpoint: float16 safetensors (or int8 with a scale for each row of the generator's matrices), tokenizer, parity fixture, bundle.json with sha-256 sums.

    python3 export.py --checkpoint run/checkpoint.pt --tokenizer tokenizer.json --name nano --out ../nano
"""
import argparse
import hashlib
import json
import os
import shutil
import struct

import numpy as np
import torch

from model import Config, Hef, load_model, mixture
from samples import FAR, Batch
from tokenizer import EOS, FILE, MEM, MID, PAD, PRE, SNIP, SUF, Tokenizer

SAMPLES = ["def add(left, right):\n    return left + right\n", "export const größe = (n: number) => n ** 2;\r\n",
           "\tif err != nil {\n\t\treturn nil, err\n\t}\n", "x = 'naïve café ☕ 漢字 🙂'  # 1234567\n\n\n        self.assertEqual(a_b_c, 3.14)\n", "", "   ", "\n\n"]


def tensors_of(model):
    """(generator tensors, fuser tensors) by the names the TypeScript builder reads."""
    state = {k: v.detach().float() for k, v in model.state_dict().items()}
    generator = {k: v for k, v in state.items() if k.startswith(("model.", "pointer."))}
    fuser = {"fuser.embed_tokens.weight": model.fuser.table(state["model.embed_tokens.weight"]).detach()}
    for k, v in state.items():
        if k.startswith("fuser.") and not k.startswith("fuser.narrow"):
            fuser[k] = v
        elif k.startswith("node."):
            fuser[k.replace("node.inward", "node.in")] = v
        elif k.startswith("projector."):
            fuser[k] = v
    return generator, fuser


def is_matrix(name):
    """Whether a tensor is one of the generator's matrices, which are nearly all of its weight."""
    return name.startswith("model.") and "norm" not in name


def int8_rows(matrix):
    """[r,c] → whole numbers [r,c] of symmetric int8 and the scale of each row [r]."""
    scales = matrix.abs().amax(1).clamp(min=1e-8) / 127
    return (matrix / scales[:, None]).round(), scales


def as_stored(name, tensor, store):
    """The values a bundle keeps of a tensor, as float32."""
    if store == "int8" and is_matrix(name):
        values, scales = int8_rows(tensor)
        return values * scales[:, None]
    return tensor.half().float()


DTYPES = {"I8": "<i1", "F16": "<f2", "F32": "<f4"}


def write_safetensors(path, tensors, store="float16"):
    """The safetensors format: u64 header length, JSON header, raw little-endian data."""
    stored = {}
    for name, tensor in tensors.items():
        if store == "int8" and is_matrix(name):
            values, scales = int8_rows(tensor)
            stored[name], stored[name + ".scale"] = ("I8", values), ("F32", scales)
        else:
            stored[name] = ("F16", tensor)
    header, blobs, at = {}, [], 0
    for name in sorted(stored):
        dtype, tensor = stored[name]
        raw = tensor.contiguous().numpy().astype(DTYPES[dtype]).tobytes()
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [at, at + len(raw)]}
        blobs.append(raw)
        at += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


@torch.no_grad()
def parity(model, tokenizer, config):
    """Inputs and float32 outputs of every graph, on the rounded weights: what the TypeScript side must reproduce."""
    g, f = config.generator, config.fuser
    torch.manual_seed(0)
    table = model.fuser.table(model.model.embed_tokens.weight)
    size = f.sliceTokens
    lengths = torch.tensor([3 * size, 2 * size - 3, 1])
    chunks = torch.randint(8, g.vocab, (3, 3 * size))
    prefix, answer = (tokenizer.encode(text) for text in ("def area(width, height):\n    ", "return width * height\n"))
    far = prefix[-6:] + answer
    chunks[0, 5:5 + len(far)] = torch.tensor(far)  # so that some of what may be copied follows what is written
    memory, key, query = model.fuser(chunks, lengths, table)
    rows = torch.cat([memory[0], torch.randn(3, f.width) * 0.3], -1)
    node, node_key = model.node(rows[None], torch.ones(1, 3, dtype=torch.bool), torch.arange(4))
    ids = torch.tensor([PRE, *prefix, MEM, MID, *answer])
    at = 1 + len(prefix) + 1
    order = [*range(at), *range(len(ids), len(ids) + 3), *range(at, len(ids))]
    whole = torch.cat([ids[:at], torch.full((3,), PAD), ids[at:]])[None]
    rows_of = torch.full_like(whole, -1)
    rows_of[0, at:at + 3] = torch.arange(3)
    positions = torch.arange(len(order))
    positions[at - 1:at + 3] = at - 2
    positions[at + 3:] -= 4
    batch = Batch(ids=whole, memory=rows_of, positions=positions[None], targets=whole, region=torch.zeros_like(whole), chunk_ids=chunks, chunk_lengths=lengths,
                  pairs=torch.zeros(0, 2, dtype=torch.long), far=torch.tensor([far]))
    pool, *_ = model.fuse(batch)
    states = model.model(model.embed(batch, pool), batch.positions)
    logits = model.model.logits(states)[0]
    scores, entries = model.point(batch, states, pool)
    log_p = mixture(logits[-4:], scores[0, -4:], entries.expand(4, -1))
    # What may be copied: the prompt's text, the file's further up, and the chunk behind the three vectors.
    pieces = [{"ids": prefix, "vector": None, "above": True}, {"ids": far, "vector": None, "above": True}, {"ids": chunks[0].tolist(), "vector": 0, "above": False}]
    tables = model.pointer.tables(table)
    shifted = lambda tokens, n: torch.tensor([0] * n + tokens[:-n])
    keys = torch.cat([model.pointer.keys(tables, torch.tensor(p["ids"]), shifted(p["ids"], 1), shifted(p["ids"], 2), None if p["vector"] is None else memory[0].repeat_interleave(f.sliceTokens, 0))
                      for p in pieces])
    plain = lambda t: [[round(v, 6) for v in r] for r in t.tolist()] if t.ndim == 2 else [plain(r) for r in t] if t.ndim > 2 else [round(v, 6) for v in t.tolist()]
    return {
        "tokenizer": [{"text": t, "ids": tokenizer.encode(t)} for t in SAMPLES],
        "generator": {"ids": ids.tolist(), "memory": plain(memory[0]), "order": order, "positions": positions.tolist(), "rows": 4, "logits": plain(logits[-4:])},
        "pointer": {"pieces": pieces, "keys": plain(keys), "logProbs": plain(log_p)},
        "fuser": {"ids": chunks.tolist(), "lengths": lengths.tolist(), "memory": plain(memory), "key": plain(key), "query": plain(query)},
        "node": {"rows": plain(rows), "queries": [0, 1, 2, 3], "memory": plain(node[0]), "key": plain(node_key[0])},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", help="written by train.py; without it the weights are random (tests)")
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--window", type=int, default=384, help="in-file tokens a prompt holds")
    parser.add_argument("--context", type=int, default=2560, help="positions seen in training")
    parser.add_argument("--precision", default="float32", choices=["float32", "int8"], help="of the generator's products")
    parser.add_argument("--store", default="float16", choices=["float16", "int8"], help="of the generator's matrices in the bundle")
    parser.add_argument("--budget", type=int, default=0, help="memory vectors a prompt takes at most; default: as trained")
    parser.add_argument("--chooser", help="JSON of fitted chooser parameters")
    args = parser.parse_args()
    tokenizer = Tokenizer(args.tokenizer)
    if args.checkpoint:
        model = load_model(args.checkpoint, "cpu")
        config = model.config
    else:
        config = Config()
        config.generator.vocab = len(tokenizer)
        torch.manual_seed(0)
        model = Hef(config)
        for p in model.parameters():  # the zero-initialised products would hide errors
            torch.nn.init.normal_(p, std=0.05) if p.ndim == 2 and not p.any() else None
    config.generator.contextTokens = args.context
    config.fuser.memoryBudget = args.budget or config.fuser.memoryBudget
    model.eval()
    os.makedirs(args.out, exist_ok=True)
    generator, fuser = tensors_of(model)
    write_safetensors(os.path.join(args.out, "generator.safetensors"), generator, args.store)
    write_safetensors(os.path.join(args.out, "fuser.safetensors"), fuser)
    with torch.no_grad():  # parity is of the weights as written
        for name, p in model.named_parameters():
            p.copy_(as_stored(name, p, args.store))
        rounded = fuser["fuser.embed_tokens.weight"].half().float()
        model.fuser.table = lambda _: rounded
    if os.path.abspath(args.tokenizer) != os.path.abspath(os.path.join(args.out, "tokenizer.json")):
        shutil.copyfile(args.tokenizer, os.path.join(args.out, "tokenizer.json"))
    json.dump(parity(model, tokenizer, config), open(os.path.join(args.out, "parity.json"), "w"), separators=(",", ":"))
    parts, digest = {}, hashlib.sha256()
    for part in ("generator.safetensors", "fuser.safetensors", "tokenizer.json", "parity.json"):
        raw = open(os.path.join(args.out, part), "rb").read()
        parts[part] = {"sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)}
        digest.update(raw)
    bundle = {"format": 1, "id": f"{args.name}-{digest.hexdigest()[:8]}", "parts": parts, **config.to_dict(),
              "special": {"pad": PAD, "eos": EOS, "pre": PRE, "suf": SUF, "mid": MID, "mem": MEM, "snip": SNIP, "file": FILE},
              "prompt": {"windowTokens": args.window, "farTokens": FAR}, "precision": {"generator": args.precision, "fuser": "float32"}}
    if args.chooser:
        bundle["chooser"] = json.load(open(args.chooser))
    json.dump(bundle, open(os.path.join(args.out, "bundle.json"), "w"), indent=1)
    print(f"{bundle['id']}: {sum(p['bytes'] for p in parts.values()) / 1e6:.1f} MB in {args.out}")


if __name__ == "__main__":
    main()
