"""One command for a training run: from packed tokens and a time limit to a bundle, in pieces that can be carried home.

    python3 run.py --data DATA --out OUT --minutes 24 --size small

DATA holds tokenizer.json and either pack.npz or parts of one (corpus.py split), beside it or in parts/. Then: language
phase, utility of contexts, memory phase with decay, gates, export. Every stage has its box of the limit; a late one is cut,
never the export. Killed at any moment, the same command goes on from the last checkpoint; asked to end (SIGTERM, Ctrl-C)
it saves and exports first. The limit is of working time, over every resume.

Without places for the utility of contexts (0 in sizes/*.json, or --places 0) one process trains both phases: nothing is
loaded and compiled twice, which counts where the limit is minutes.

OUT/status.json says where it stands; OUT/run.log and OUT/train/log.jsonl how it came there; OUT/bundle is the bundle;
OUT/home holds bundle and weights in parts (see home.py).
"""
import argparse
import fcntl
import json
import os
import shutil
import signal
import sys
import time

from home import cut
from stage import run_stage
from watch import Log, write_json

HERE = os.path.dirname(os.path.abspath(__file__))
ATTEMPTS = 3


class Run:
    """State of a run; run.json in its folder keeps what a resume needs."""

    def __init__(self, args):
        self.args, self.at = args, lambda *names: os.path.join(args.out, *names)
        os.makedirs(self.at("train"), exist_ok=True)
        self.size = json.load(open(os.path.join(HERE, "sizes", args.size + ".json")))
        if args.places is not None:
            self.size["places"] = args.places
        if args.rehearse:
            args.steps = args.steps or 40
            self.size.update(places=min(200, self.size["places"]), gates=1)
        self.whole = not self.size["places"]  # both phases in one process
        if self.whole:
            self.size["reserve"]["utility"] = 0
        self.state = {"spent": 0.0, "done": {}, "rows": args.rows or self.size["train"]["rows"], "rate": 1.0, "compile": args.device == "cuda", "language_end": 0, "language_spent": 0}
        if os.path.exists(self.at("run.json")):
            self.state.update(json.load(open(self.at("run.json"))))
        self.before, self.started = self.state["spent"], time.monotonic()
        self.limit, self.log = args.minutes * 60, Log(self.at("train", "log.jsonl"))
        self.stop, self.gate_stop, self.failed, self.alarm, self.stage, self.said, self.noted = False, False, False, None, "data", -1e9, -1e9
        self.lock = os.open(self.at("lock"), os.O_CREAT | os.O_RDWR)

    def spent(self):
        """Working seconds of this run, over every resume."""
        return self.before + time.monotonic() - self.started

    def end_of(self, stage):
        """Working second by which a stage must have ended: the reserves of the stages after it are kept free."""
        reserve = self.size["reserve"]
        later = {"memory": ["gates", "export"], "gates": ["export"], "export": []}.get(stage, ["utility", "gates", "export"])
        end = self.limit * (1 - sum(reserve[s] for s in later))
        return min(end, self.spent() + self.limit * reserve["utility"]) if stage == "utility" and not self.args.steps else end

    def keep(self):
        self.state["spent"] = self.spent()
        write_json(self.at("run.json"), self.state)

    def say(self, text):
        line = f"[{self.spent() / 60:6.2f} min] {text}"
        print(line, flush=True)
        with open(self.at("run.log"), "a") as file:
            file.write(line + "\n")

    def status(self):
        last, left = self.log.last, max(0, self.limit - self.spent())
        return {"stage": self.stage, "done": self.state["done"], "minutes": round(self.spent() / 60, 2), "limit_minutes": self.args.minutes,
                "left_minutes": round(left / 60, 2), "ends": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + left)),
                "step": last.get("step", 0), "tokens": last.get("tokens", 0), "tokens_per_second": self.log.speed(),
                "losses": {k: v for k, v in last.items() if k not in ("step", "tokens", "spent", "held_out")},
                "held_out": {"step": self.log.held.get("step"), **self.log.figures()}, "gate_1": self.log.gate_one(self.state["language_end"]),
                "alarm": self.alarm, "device": self.args.device, "rows": self.state["rows"], "rate": self.state["rate"], "compile": self.state["compile"], "pid": os.getpid()}

    def watch(self):
        """Twice a second: reads the log, looks at gate 1, keeps the status file (each second) and the clock (every two)."""
        self.log.read()
        if self.whole and not self.state["language_end"] and self.log.fused:
            self.state.update(language_end=self.log.fused, language_spent=self.spent())
        if self.stage == "memory" and self.log.gate_one(self.state["language_end"]) is not None:
            share = (self.spent() - self.state["language_spent"]) / max(1, self.end_of("memory") - self.state["language_spent"])
            verdict = self.log.gate_one(self.state["language_end"])
            alarm = verdict if verdict != "passes" and share >= self.args.gate_share else None
            if alarm and alarm != self.alarm:
                self.say(f"!!! {alarm}")
                self.gate_stop = self.args.stop_on_gate
            self.alarm = alarm
        now = time.monotonic()
        if now > self.noted + 1:
            self.noted = now
            self.keep()
            write_json(self.at("status.json"), self.status())
        if now > self.said + self.args.say_every:
            self.said, s = now, self.status()
            self.say(f"{s['stage']}: step {s['step']}, {s['tokens'] / 1e6:.2f} M tokens, {s['tokens_per_second']} a second, losses {s['losses']}, {s['left_minutes']} min left")

    def child(self, stage, program, *arguments, end=None):
        """Runs a program of this folder inside the box of `stage`; end: working second, if not the box's."""
        command = [sys.executable, os.path.join(HERE, program), *map(str, arguments)]
        seconds = max(1.0, (end or self.end_of(stage)) - self.spent())
        grace = max(5.0, self.limit * self.size["reserve"]["export"] * 0.3)
        stopping = (lambda: self.stop or self.gate_stop) if stage in ("language", "memory") else lambda: self.stop and stage != "export"
        return run_stage(command, self.at("run.log"), seconds, grace, self.watch, stopping, self.lock)

    def enter(self, stage):
        self.stage, self.said = stage, -1e9
        self.say(f"stage {stage}, {max(0.0, self.end_of(stage) - self.spent()):.0f} s at most")

    def leave(self, stage, how):
        self.say(f"stage {stage}: {how}")
        self.state["done"][stage] = how
        self.keep()

    # ------------------------------------------------------------------------------------------------------- the stages

    def data(self):
        """Finds the pack, or joins its parts; True when training can begin."""
        data = self.args.data
        if os.path.exists(os.path.join(data, "pack.npz")):
            self.pack = os.path.join(data, "pack.npz")
            return True
        self.pack = self.at("pack.npz")
        if "data" in self.state["done"]:
            return True
        folder = next((f for f in (data, os.path.join(data, "parts")) if os.path.isdir(f) and any(n.startswith("part-") for n in os.listdir(f))), None)
        if folder is None:
            sys.exit(f"neither pack.npz nor part-*.xz in {data} or {data}/parts: make them with corpus.py split")
        index = os.path.join(folder, "parts.json")
        rows = json.load(open(index)) if os.path.exists(index) else []
        short = [r["name"] for r in rows if not os.path.exists(os.path.join(folder, r["name"])) or os.path.getsize(os.path.join(folder, r["name"])) != r["bytes"]]
        if short:
            sys.exit(f"{', '.join(short)} of parts.json missing or short in {folder}: carry them again, or take them out of parts.json to train without them")
        self.enter("data")
        how = self.child("data", "corpus.py", "join", "--parts", folder, "--out", self.pack)
        if how == "done":
            self.leave("data", how)
        return how == "done"

    def trained(self):
        """Training seconds behind the checkpoint; what was lost to a kill is not in them."""
        return self.log_of_checkpoint()["spent"] if os.path.exists(self.at("train", "checkpoint.pt")) else 0.0

    def log_of_checkpoint(self):
        import torch  # late: only here is it needed, and a status is wanted at once
        state = torch.load(self.at("train", "checkpoint.pt"), map_location="cpu")
        return {"spent": state["spent"], "step": state["step"]}

    def train(self, stage):
        """A phase of train.py, or both; what it lacks of memory, finite losses or a compiler is taken from it, twice."""
        self.enter(stage)
        plain = {k: v for k, v in self.size["train"].items() if k not in ("rows", "muon-rate", "adam-rate", "float32", "replicas")}
        for attempt in range(ATTEMPTS):
            minutes = (self.trained() + max(1.0, self.end_of("memory") - self.limit * (0 if stage == "memory" else self.size["reserve"]["utility"]) - self.spent())) / 60
            state, offset = self.state, os.path.getsize(self.at("run.log"))
            options = {"pack": self.pack, "tokenizer": self.at("tokenizer.json"), "out": self.at("train"), "config": self.at("config.json"), **plain,
                       "rows": state["rows"], "muon-rate": self.size["train"]["muon-rate"] * state["rate"], "adam-rate": self.size["train"]["adam-rate"] * state["rate"],
                       "minutes": round(minutes, 4), "workers": self.args.workers, "threads": self.args.threads, "language": 1 if stage == "language" else self.size["language"] if self.whole else 0}
            if self.args.device == "cpu" and "replicas" in self.size["train"]:
                options.update({"replicas": self.size["train"]["replicas"], "threads": 1})
            if self.args.steps:
                options.update({"steps": self.args.steps, **({"stop-after": round(self.args.steps * self.size["language"])} if stage == "language" else {})})
            elif stage == "language":
                options["stop-share"] = self.size["language"]
            if stage == "memory" and state["done"].get("utility") == "done":
                options["utility"] = self.at("utility.npz")
            flags = ["--float32"] * bool(self.size["train"].get("float32") and self.args.device == "cpu") + ["--compile"] * state["compile"] + ["--no-last-judge"]
            how = self.child(stage, "train.py", *[x for k, v in options.items() for x in (f"--{k}", v)], *flags, end=self.end_of(stage) + self.limit * self.size["reserve"]["export"] * 0.2)
            if how != "failed":
                return how
            with open(self.at("run.log"), errors="replace") as file:
                file.seek(offset)
                output = file.read()[-20000:]
            if attempt + 1 < ATTEMPTS:
                self.mend(output)
        print(output[-2000:], flush=True)
        return "failed"

    def mend(self, output):
        if "out of memory" in output.lower():
            self.state["rows"] = max(1, self.state["rows"] // 2)
            self.say(f"out of memory: on with {self.state['rows']} rows a batch")
        elif "not finite" in output:
            self.state["rate"] *= 0.7
            self.say(f"the loss is not finite: on from the last checkpoint at {self.state['rate']:.2f} of the rate")
        else:
            self.state["compile"] = False
            self.say("the trainer failed (see run.log): once more, nothing compiled")

    def utility(self):
        self.enter("utility")
        minutes = 0.7 * (self.end_of("utility") - self.spent()) / 60
        return self.child("utility", "utility.py", "--checkpoint", self.at("train", "checkpoint.pt"), "--tokenizer", self.at("tokenizer.json"), "--pack", self.pack,
                          "--out", self.at("utility.npz"), "--places", self.size["places"], "--threads", self.args.threads, "--minutes", round(minutes, 4))

    def gates(self):
        self.enter("gates")
        return self.child("gates", "gates.py", "--checkpoint", self.at("train", "checkpoint.pt"), "--tokenizer", self.at("tokenizer.json"), "--pack", self.pack,
                          "--batches", self.size["gates"], "--out", self.at("gates.json"))

    def export(self):
        """Slim weights, bundle, parts. Nothing cuts this: the limit's reserve is for it."""
        self.enter("export")
        if not os.path.exists(self.at("train", "checkpoint.pt")):
            self.say("there is no checkpoint to export: too short a limit, or see run.log")
            return "failed"
        late = self.limit * 10
        weights, folder = self.at("weights.pt"), self.at("home")
        for program, arguments in (("home.py", ["slim", "--checkpoint", self.at("train", "checkpoint.pt"), "--out", weights]),
                                   ("export.py", ["--checkpoint", weights, "--tokenizer", self.at("tokenizer.json"), "--name", self.args.name, "--out", self.at("bundle"),
                                                  "--window", self.size["export"]["window"], "--context", self.size["export"]["context"]])):
            if self.child("export", program, *arguments, end=late) != "done":
                return "failed"
        shutil.rmtree(folder, ignore_errors=True)
        counts = [cut(path, folder, self.args.part_megabytes) for path in (self.at("bundle"), weights)]
        for name in ("status.json", "gates.json", "run.log", os.path.join("train", "log.jsonl")):
            if os.path.exists(self.at(name)):
                shutil.copyfile(self.at(name), os.path.join(folder, os.path.basename(name)))
        self.say(f"bundle in {counts[0]} parts and weights in {counts[1]} in {folder}")
        return "done"

    def go(self):
        """All stages that are not done yet; returns the exit code."""
        if not self.data():
            return 1
        shutil.copyfile(os.path.join(self.args.data, "tokenizer.json"), self.at("tokenizer.json"))
        write_json(self.at("config.json"), self.size["model"])
        for stage in ("memory",) if self.whole else ("language", "utility", "memory"):
            if self.stop or self.gate_stop or stage in self.state["done"]:
                continue
            how = self.utility() if stage == "utility" else self.train(stage)
            if how == "stopped" or how == "failed" and stage != "utility":
                self.failed = how == "failed"
                self.say(f"stage {stage}: {how}; the same command goes on with it")
                break
            if stage == "language":
                reached = self.log_of_checkpoint()
                self.state.update(language_end=reached["step"], language_spent=self.spent())
            self.leave(stage, how)
        if "memory" in self.state["done"] and "gates" not in self.state["done"] and not self.stop:
            how = self.gates()
            if how != "stopped":
                self.leave("gates", how)
        exported = self.state["done"].get("export") or self.export()
        if "memory" in self.state["done"]:
            self.leave("export", exported)
        self.stage = "finished" if "memory" in self.state["done"] else "stopped"
        self.watch()
        self.keep()
        write_json(self.at("status.json"), self.status())
        self.say(f"{self.stage} after {self.spent() / 60:.2f} of {self.args.minutes:g} minutes: {self.state['done']}")
        if exported != "done" or self.failed or "failed" in self.state["done"].values():
            return 1
        return 3 if self.gate_stop else 0


def own(lock, out, seconds=60):
    """Takes the run's lock; the trainer of a run that was just killed may hold it for the moment it needs to save."""
    for _ in range(seconds):
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(1)
    sys.exit(f"another run is at work in {out}: wait for its end, or end it, and give the command again")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder of tokenizer.json and pack.npz, or of the parts of a pack")
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=24, help="working time in all, export included")
    parser.add_argument("--size", default="small", choices=sorted(n[:-5] for n in os.listdir(os.path.join(HERE, "sizes"))))
    parser.add_argument("--name", help="of the bundle; default: the size's")
    parser.add_argument("--rows", type=int, default=0, help="rows a batch; default: the size's, halved whenever memory runs out")
    parser.add_argument("--workers", type=int, help="processes that draw batches; default: none on a processor, up to 8 for an accelerator")
    parser.add_argument("--threads", type=int, default=max(1, min(4, os.cpu_count() or 1)))
    parser.add_argument("--steps", type=int, default=0, help="train this many steps instead of following the clock, which can be repeated exactly; the limit still holds")
    parser.add_argument("--places", type=int, help="places whose contexts utility.py scores; 0: none; default: the size's")
    parser.add_argument("--rehearse", action="store_true", help="every stage as short as it can be: 40 steps, 200 places, one batch of gates")
    parser.add_argument("--gate-share", type=float, default=0.3, help="share of the memory phase after which gate 1 must pass")
    parser.add_argument("--stop-on-gate", action="store_true", help="end training and export when it does not (exit code 3)")
    parser.add_argument("--part-megabytes", type=float, default=15, help="MiB at most of a part in OUT/home")
    parser.add_argument("--say-every", type=float, default=30, help="seconds between lines of progress")
    args = parser.parse_args()
    import torch  # late, so that a wrong option is told at once
    args.device = "cuda" if torch.cuda.is_available() else "cpu"
    if args.workers is None:
        args.workers = min(8, max(1, (os.cpu_count() or 1) - 2)) if args.device == "cuda" else 0
    args.name = args.name or args.size
    run = Run(args)
    own(run.lock, args.out)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: setattr(run, "stop", True))
    sys.exit(run.go())


if __name__ == "__main__":
    main()
