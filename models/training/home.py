"""What is brought home from a run: its weights without optimisers, and its bundle, in files small enough to carry.

slim   a checkpoint's weights, rounded to float16 as in a bundle, without the optimisers' state: a fifth of its size.
       train.py --start-from, gates.py, studies.py and export.py read it, and the bundle exported from it is the run's.
cut    a file or folder (as .tar) into numbered parts; parts.json beside them holds sizes and SHA-256 sums.
join   the files again from the parts, wherever they were gathered; says which part is missing or damaged.

    python3 home.py join --parts home --out brought
"""
import argparse
import hashlib
import json
import os
import sys
import tarfile


def slim(checkpoint, out):
    import torch
    state = torch.load(checkpoint, map_location="cpu")
    kept = {k: state[k] for k in ("config", "step", "tokens", "spent")}
    torch.save({**kept, "model": {k: v.half() for k, v in state["model"].items()}}, out + ".tmp")
    os.replace(out + ".tmp", out)


def digest(raw):
    return {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}


def cut(path, folder, megabytes=15):
    """Writes NAME.000, NAME.001, … of at most `megabytes` MiB into `folder`, and their row into its parts.json."""
    os.makedirs(folder, exist_ok=True)
    name = os.path.basename(path)
    if os.path.isdir(path):
        name += ".tar"
        with tarfile.open(os.path.join(folder, name), "w") as archive:
            archive.add(path, arcname=os.path.basename(path))
        raw = open(os.path.join(folder, name), "rb").read()
        os.remove(os.path.join(folder, name))
    else:
        raw = open(path, "rb").read()
    for old in os.listdir(folder):
        if old.startswith(name + "."):
            os.remove(os.path.join(folder, old))
    size, parts = int(megabytes * (1 << 20)), []
    for number, at in enumerate(range(0, len(raw), size)):
        parts.append({"name": f"{name}.{number:03d}", **digest(raw[at:at + size])})
        with open(os.path.join(folder, parts[-1]["name"]), "wb") as file:
            file.write(raw[at:at + size])
    index = os.path.join(folder, "parts.json")
    rows = json.load(open(index)) if os.path.exists(index) else {}
    rows[name] = {**digest(raw), "parts": parts}
    with open(index + ".tmp", "w") as file:
        json.dump(rows, file, indent=1)
    os.replace(index + ".tmp", index)
    return len(parts)


def join(folder, out, only=None):
    """Puts the files of parts.json together in `out`, unpacks the .tar among them, and returns their names."""
    os.makedirs(out, exist_ok=True)
    rows = json.load(open(os.path.join(folder, "parts.json")))
    for name in only or rows:
        raw = b""
        for part in rows[name]["parts"]:
            path = os.path.join(folder, part["name"])
            if not os.path.exists(path):
                sys.exit(f"{part['name']} is missing in {folder}: bring it too")
            piece = open(path, "rb").read()
            if digest(piece) != {k: part[k] for k in ("bytes", "sha256")}:
                sys.exit(f"{part['name']} is not what was cut: bring it again")
            raw += piece
        with open(os.path.join(out, name), "wb") as file:
            file.write(raw)
        if name.endswith(".tar"):
            with tarfile.open(os.path.join(out, name)) as archive:
                archive.extractall(out, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return list(only or rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    step = parser.add_subparsers(dest="step", required=True)
    s = step.add_parser("slim")
    s.add_argument("--checkpoint", required=True)
    s.add_argument("--out", required=True)
    c = step.add_parser("cut")
    c.add_argument("--path", required=True)
    c.add_argument("--out", required=True)
    c.add_argument("--megabytes", type=float, default=15, help="MiB at most of a part")
    j = step.add_parser("join")
    j.add_argument("--parts", required=True)
    j.add_argument("--out", required=True)
    j.add_argument("--only", action="append", help="a name in parts.json, as bundle.tar; default: all")
    args = parser.parse_args()
    if args.step == "slim":
        slim(args.checkpoint, args.out)
    elif args.step == "cut":
        print(f"{cut(args.path, args.out, args.megabytes)} parts in {args.out}")
    else:
        print(f"joined {', '.join(join(args.parts, args.out, args.only))} in {args.out}")


if __name__ == "__main__":
    main()
