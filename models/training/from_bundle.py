"""A checkpoint from a bundle, to train on where its weights stand: what was brought home or shipped is enough.

    python3 from_bundle.py --bundle ../nano --out start.pt
    python3 train.py --start-from start.pt …

The weights are the bundle's float16 ones. Optimisers start afresh, and so does the temperature of the contrastive loss,
which no bundle holds.
"""
import argparse
import json
import os
import struct

import numpy as np
import torch

from model import TABLE_SCALE, Config, Hef

TYPES = {"F16": np.float16, "F32": np.float32}


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    return {name: torch.from_numpy(np.frombuffer(data[slice(*t["data_offsets"])], TYPES[t["dtype"]]).reshape(t["shape"]).astype(np.float32))
            for name, t in header.items() if name != "__metadata__"}


def model_of(bundle):
    """The model whose export the bundle is."""
    model = Hef(Config.of(json.load(open(os.path.join(bundle, "bundle.json")))))
    state = {k.replace("node.in.", "node.inward."): v for part in ("generator", "fuser") for k, v in read_safetensors(os.path.join(bundle, part + ".safetensors")).items()}
    # The bundle has the fuser's token table whole; its factor is what brings the generator's table to it.
    table = state.pop("fuser.embed_tokens.weight")
    state["fuser.narrow.weight"] = torch.linalg.lstsq(state["model.embed_tokens.weight"], table / TABLE_SCALE)[0].t().contiguous()
    missing = model.load_state_dict(state, strict=False)
    unknown = [*missing.unexpected_keys, *(k for k in missing.missing_keys if k != "log_temperature")]
    if unknown:
        raise SystemExit(f"{bundle} is of another version of the model: {', '.join(unknown)}")
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    model = model_of(args.bundle)
    torch.save({"config": model.config.to_dict(), "model": model.state_dict(), "optimizers": [], "step": 0, "tokens": 0, "spent": 0.0}, args.out)
    print(f"{args.out}: {sum(p.numel() for p in model.parameters()) / 1e6:.2f} M weights of {args.bundle}")


if __name__ == "__main__":
    main()
