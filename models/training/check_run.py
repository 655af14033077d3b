"""Proves run.py end to end at toy size: parts of a pack, kill in mid-training, resume, bundle, the way home.

    python3 check_run.py          (two minutes of processor time and a run of --minutes; needs the built tests: npx tsc -p .; ends in "ok", or says what is wrong)

A run killed twice (SIGKILL to everything it started) and resumed by the same command must end in the very weights of one that was
never killed; one on the clock must stay inside its limit; SIGTERM must leave a bundle. Bundles must be those the weights give,
survive the way home bit for bit, and compute in the TypeScript worker what PyTorch computed.
"""
import argparse
import filecmp
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import torch

from watch import Log

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STEPS = 120


def python(*arguments):
    subprocess.run([sys.executable, os.path.join(HERE, arguments[0]), *arguments[1:]], check=True, stdout=subprocess.DEVNULL)


def expect(true, text):
    if not true:
        sys.exit(text)


def start(data, out, *arguments):
    """run.py in a process group of its own."""
    command = [sys.executable, os.path.join(HERE, "run.py"), "--data", data, "--out", out, "--size", "toy", "--threads", "1", "--part-megabytes", "0.1", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)


def finish(process, code=0):
    output = process.communicate(timeout=1200)[0]
    expect(process.returncode == code, f"run.py ended with {process.returncode}, not {code}:\n{output}")
    return output


def wait_for(process, out, what, seconds=600):
    """Waits until what(status) holds; returns the status."""
    for _ in range(seconds * 10):
        try:
            status = json.load(open(os.path.join(out, "status.json")))
        except FileNotFoundError:
            status = {}
        if status and what(status):
            return status
        expect(process.poll() is None, "run.py ended too early:\n" + (process.stdout.read() if process.poll() is not None else ""))
        time.sleep(0.1)
    sys.exit(f"run.py did not come so far in {seconds} s; its status: {status}")


def kill_in(stage, data, out, *arguments):
    """Starts the run and kills it, with all it started, in `stage`, some steps past a checkpoint."""
    process = start(data, out, *arguments)
    checkpoint = os.path.join(out, "train", "checkpoint.pt")
    wait_for(process, out, lambda s: s["stage"] == stage and os.path.exists(checkpoint) and s["step"] > torch.load(checkpoint)["step"] + 3)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return torch.load(checkpoint)["step"]


def make_repositories(folder):
    """Two bare repositories out of this one, so that there are parts to join and lines held out."""
    for name, parts in (("one", ["daemon", "client", "hooks"]), ("two", ["models", "store", "test/eval", "test/store"])):
        work = os.path.join(folder, "work", name)
        os.makedirs(work)
        files = subprocess.run(["git", "-C", ROOT, "archive", "HEAD", "LICENSE", *parts], check=True, stdout=subprocess.PIPE).stdout
        subprocess.run(["tar", "-x", "-C", work], input=files, check=True)
        for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=check", "-c", "user.email=check@example.invalid", "commit", "-q", "-m", name]):
            subprocess.run(["git", "-C", work, *command], check=True)
        subprocess.run(["git", "clone", "-q", "--bare", work, os.path.join(folder, f"hefc+{name}", "repo")], check=True)


def make_data(at):
    """data/: tokenizer.json and the parts of a pack."""
    make_repositories(at("repos"))
    open(at("list.txt"), "w").write("hefc/one\nhefc/two\n")
    open(at("exclude.txt"), "w").write("# none\n")
    os.makedirs(at("data"))
    python("corpus.py", "collect", "--repos", at("repos"), "--list", at("list.txt"), "--exclude", at("exclude.txt"), "--out", at("corpus"))
    python("tokenizer.py", "--corpus", at("corpus"), "--out", at("data", "tokenizer.json"), "--vocab", "600")
    python("corpus.py", "pack", "--corpus", at("corpus"), "--tokenizer", at("data", "tokenizer.json"), "--out", at("pack.npz"))
    python("corpus.py", "split", "--pack", at("pack.npz"), "--out", at("data", "parts"))
    whole = sum(row["bytes"] for row in json.load(open(at("data", "parts", "parts.json"))))
    python("corpus.py", "split", "--pack", at("pack.npz"), "--out", at("data", "parts"), "--megabytes", str(0.8 * whole / (1 << 20)))
    expect(len(json.load(open(at("data", "parts", "parts.json")))) == 2, "the toy pack was not cut into two parts")


def check_bundle(at, out):
    """The bundle of a run, as it comes home, is the one that was exported, that the weights give, and that TypeScript computes."""
    expect(all(os.path.getsize(at(out, "home", n)) <= 1e5 * 1.05 for n in os.listdir(at(out, "home")) if n[-1].isdigit()), "a part is larger than asked for")
    python("home.py", "join", "--parts", at(out, "home"), "--out", at(out, "brought"))
    names = os.listdir(at(out, "bundle"))
    expect(len(names) == 5 and filecmp.cmpfiles(at(out, "bundle"), at(out, "brought", "bundle"), names, shallow=False)[0] == names, "the bundle changed on the way")
    expect(filecmp.cmp(at(out, "weights.pt"), at(out, "brought", "weights.pt"), shallow=False), "the weights changed on the way")
    python("export.py", "--checkpoint", at(out, "brought", "weights.pt"), "--tokenizer", at("data", "tokenizer.json"), "--name", "toy", "--window", "128",
           "--context", "2304", "--out", at(out, "again"))
    identity = lambda where: json.load(open(at(out, where, "bundle.json")))["id"]
    expect(identity("again") == identity("bundle"), "the weights give another bundle than the run's")
    tests = subprocess.run(["node", os.path.join(ROOT, "dist", "test", "run.js"), "models/parity", "models/worker"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           text=True, env={**os.environ, "HEFC_TEST_BUNDLE": at(out, "brought", "bundle")})
    expect(tests.returncode == 0, "TypeScript does not compute what PyTorch computed:\n" + tests.stdout)
    damaged = at(out, "home", "weights.pt.000")
    raw = open(damaged, "rb").read()
    open(damaged, "wb").write(raw[:-1] + bytes([raw[-1] ^ 1]))
    refused = subprocess.run([sys.executable, os.path.join(HERE, "home.py"), "join", "--parts", at(out, "home"), "--out", at(out, "again")], stderr=subprocess.PIPE, text=True)
    expect(refused.returncode != 0 and "weights.pt.000" in refused.stderr, "a damaged part was not noticed")
    return identity("bundle"), tests.stdout.strip().split("\n")[-1]


def check_gate_one(at):
    """Gate 1 is judged by figures of the memory phase alone, and a line still being written is waited for."""
    log, line = Log(at("log.jsonl")), lambda step, right: json.dumps({"step": step, "tokens": step, "spent": step, "language": 1.0, "held_out": {
        how: {"identifier_loss": loss, "em": 0.0} for how, loss in (("right", right), ("shuffled", 2.0), ("none", 2.0), ("snippet", 2.0))}})
    with open(at("log.jsonl"), "w") as file:
        file.write(line(10, 3.0) + "\n" + line(30, 1.0)[:40])
    log.read()
    expect(log.gate_one(20) is None and "GATE 1 FAILS" in log.gate_one(5), "gate 1 is not judged by its phase's figures")
    with open(at("log.jsonl"), "a") as file:
        file.write(line(30, 1.0)[40:] + "\n")
    log.read()
    expect(log.gate_one(20) == "passes" and log.speed() == 1, "gate 1 does not pass")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.2, help="limit of the run on the clock; more where every process takes long to start")
    limit = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder:
        at = lambda *names: os.path.join(folder, *names)
        check_gate_one(at)
        make_data(at)
        exact = ["--steps", str(STEPS), "--minutes", "10"]
        finish(start(at("data"), at("whole"), *exact))
        kills = [kill_in(stage, at("data"), at("killed"), *exact) for stage in ("language", "memory")]
        finish(start(at("data"), at("killed"), *exact))
        whole, killed = (torch.load(at(out, "train", "checkpoint.pt")) for out in ("whole", "killed"))
        expect(whole["step"] == killed["step"] == STEPS, f"{whole['step']} and {killed['step']} steps were trained, not {STEPS}")
        for name, tensor in whole["model"].items():
            expect(torch.equal(tensor, killed["model"][name]), f"resume is not exact: {name} differs")
        identity, tests = check_bundle(at, "killed")
        finish(start(at("data"), at("one"), "--steps", "24", "--minutes", "10", "--places", "0"))
        phases = [("reconstruct" in json.loads(line)) for line in open(at("one", "train", "log.jsonl"))]
        expect(not any(phases[:11]) and sum(phases[11:]) > 8, f"one process did not train both phases: {phases}")
        expect(json.load(open(at("one", "run.json")))["language_end"] == 1 + phases.index(True), "the end of the language phase was not noticed")
        # On the clock: asked to end in mid-training it exports; resumed it ends inside its limit.
        process = start(at("data"), at("clock"), "--minutes", str(limit))
        wait_for(process, at("clock"), lambda s: s["stage"] == "language" and s["step"] > 3)
        process.send_signal(signal.SIGTERM)
        finish(process)
        expect(os.path.exists(at("clock", "bundle", "bundle.json")), "SIGTERM left no bundle")
        finish(start(at("data"), at("clock"), "--minutes", str(limit)))
        status = json.load(open(at("clock", "status.json")))
        expect(status["stage"] == "finished" and status["minutes"] <= limit, f"{status['minutes']} of {limit} minutes: {status['done']}")
        expect("memory" in status["done"] and status["done"]["export"] == "done", f"stages are missing: {status['done']}")  # slow machines may cut the rest
        print(f"ok: killed at steps {kills} of {STEPS}, resume exact; {status['step']} steps in {status['minutes']} of {limit} minutes; bundle {identity}; {tests}")


if __name__ == "__main__":
    main()
