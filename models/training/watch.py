"""Where a run stands, read from the trainer's log: the numbers to watch, and gate 1."""
import json
import os


class Log:
    """Follows log.jsonl as it grows. `last`: the newest record; `held`: the newest record with held-out figures; `fused`: the first step with memory, or 0."""

    def __init__(self, path):
        self.path, self.at, self.rest = path, 0, b""
        self.last, self.held, self.marks, self.fused = {}, {}, [], 0

    def read(self):
        if not os.path.exists(self.path):
            return
        with open(self.path, "rb") as file:
            file.seek(self.at)
            lines = (self.rest + file.read()).split(b"\n")
            self.at = file.tell()
        self.rest = lines.pop()  # a line may be half written
        for record in map(json.loads, lines):
            if record.get("held_out"):
                self.held = record
            if "language" in record:
                self.last = record
                self.fused = self.fused or ("reconstruct" in record and record["step"])
                self.marks.append((record["spent"], record["tokens"]))
        if self.marks:
            spent, tokens = self.marks[-1]  # a resumed run goes back to its checkpoint
            self.marks = [m for m in self.marks if m[0] > spent - 60 and m[1] <= tokens]

    def speed(self):
        """Trained tokens a second over the last minute of training; 0 before there are two records."""
        if len(self.marks) < 2 or self.marks[-1][0] <= self.marks[0][0]:
            return 0
        return round((self.marks[-1][1] - self.marks[0][1]) / (self.marks[-1][0] - self.marks[0][0]))

    def gate_one(self, since):
        """'passes' or a sentence why not, by the newest held-out figures after step `since`; None before there are any."""
        if self.held.get("step", 0) <= since:
            return None
        right, shuffled = (self.held["held_out"][how]["identifier_loss"] for how in ("right", "shuffled"))
        if right < shuffled:
            return "passes"
        return f"GATE 1 FAILS at step {self.held['step']}: identifier loss {right:.3f} with the right memory, {shuffled:.3f} with shuffled memory"

    def figures(self):
        """What of the newest held-out figures belongs on a status page."""
        held = self.held.get("held_out", {})
        figures = {how: {k: round(held[how][k], 3) for k in ("identifier_loss", "em")} for how in ("right", "shuffled", "none", "snippet") if how in held}
        return {**figures, **{k: v for k, v in held.get("differences", {}).items() if k.startswith("right")}}


def write_json(path, value):
    """Replaces the file at once: a reader never meets half of it."""
    with open(path + ".tmp", "w") as file:
        json.dump(value, file, indent=1)
    os.replace(path + ".tmp", path)
