"""Proves the pipeline at toy size on this repository's own files: collect, tokenizer, pack, train, kill, resume, export.

    python3 check.py            (about two minutes; ends in "ok", or says what differs)

A run killed after half its steps and resumed must end in the very weights of a run that was never stopped.
"""
import json
import os
import subprocess
import sys
import tempfile

import torch

from from_bundle import read_safetensors

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STEPS = 6


def python(*arguments):
    subprocess.run([sys.executable, os.path.join(HERE, arguments[0]), *arguments[1:]], check=True, stdout=subprocess.DEVNULL)


def main():
    with tempfile.TemporaryDirectory() as folder:
        at = lambda *names: os.path.join(folder, *names)
        os.makedirs(at("repos", "hefc+hefc"))
        subprocess.run(["git", "clone", "-q", "--bare", ROOT, at("repos", "hefc+hefc", "repo")], check=True)
        open(at("list.txt"), "w").write("hefc/hefc\n")
        open(at("exclude.txt"), "w").write("# none\n")
        python("corpus.py", "collect", "--repos", at("repos"), "--list", at("list.txt"), "--exclude", at("exclude.txt"), "--out", at("corpus"))
        python("tokenizer.py", "--corpus", at("corpus"), "--out", at("tokenizer.json"), "--vocab", "600")
        python("corpus.py", "pack", "--corpus", at("corpus"), "--tokenizer", at("tokenizer.json"), "--out", at("pack.npz"))
        toy = {"generator": {"layers": 2, "width": 64, "heads": 2, "kvHeads": 1, "headDim": 32, "mlp": 96},
               "fuser": {"layers": 1, "width": 32, "heads": 2, "mlp": 64, "memoryDim": 32, "keyDim": 32, "nodeLayers": 1, "nodeWidth": 32, "nodeHeads": 2, "nodeMlp": 64}}
        json.dump(toy, open(at("toy.json"), "w"))

        def train(out, stop_after=None):
            arguments = ["train.py", "--pack", at("pack.npz"), "--tokenizer", at("tokenizer.json"), "--out", at(out), "--config", at("toy.json"),
                         "--steps", str(STEPS), "--rows", "4", "--length", "256", "--float32", "--replicas", "2", "--threads", "1", "--judge", "1"]
            python(*arguments, *(["--stop-after", str(stop_after)] if stop_after else []))
            return torch.load(at(out, "checkpoint.pt"))

        whole = train("whole")
        train("halves", STEPS // 2)
        halves = train("halves")
        for name, tensor in whole["model"].items():
            if not torch.equal(tensor, halves["model"][name]):
                sys.exit(f"resume is not exact: {name} differs by {(tensor - halves['model'][name]).abs().max().item():.2e}")
        python("export.py", "--checkpoint", at("halves", "checkpoint.pt"), "--tokenizer", at("tokenizer.json"), "--name", "toy", "--out", at("bundle"))
        bundle = json.load(open(at("bundle", "bundle.json")))
        if any(os.path.getsize(at("bundle", p)) != v["bytes"] for p, v in bundle["parts"].items()):
            sys.exit("the bundle's sizes are wrong")
        python("from_bundle.py", "--bundle", at("bundle"), "--out", at("start.pt"))
        python("export.py", "--checkpoint", at("start.pt"), "--tokenizer", at("tokenizer.json"), "--name", "toy", "--out", at("again"))
        for name, tensor in read_safetensors(at("bundle", "generator.safetensors")).items():
            if not torch.equal(tensor, read_safetensors(at("again", "generator.safetensors"))[name]):
                sys.exit(f"a bundle taken up again is another: {name}")
        tables = [read_safetensors(at(b, "fuser.safetensors"))["fuser.embed_tokens.weight"] for b in ("bundle", "again")]
        if (tables[0] - tables[1]).abs().max() > 0.01 * tables[0].abs().max():
            sys.exit("a bundle taken up again has another token table")
        print(f"ok: {whole['step']} steps, resume exact, bundle {bundle['id']}")


if __name__ == "__main__":
    main()
