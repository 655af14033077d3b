"""The gates of the method on held-out repositories, for the trainer's log and for gates.py.

With the right answer fed in, a line is matched exactly when every token of it is the most likely one: the same event as
a greedy decode that equals the line, for one forward pass.
"""
import random

import torch

from model import mixture
from samples import Batch, Mixture
from tokenizer import MEM, MID, PAD, PRE

# What a prompt holds in each setting. One place, several prompts: the batches of all settings meet the same lines.
SETTINGS = {"right": Mixture.judged(), "snippet": Mixture.judged(snippet=1.0), "files": Mixture.judged("files"),
            "means": Mixture.judged("means"), "random file": Mixture.judged("random")}


def replace_memory(batch, how):
    """The same batch with every row's memory taken from elsewhere in the batch, or with no memory at all."""
    changed = type(batch)(**vars(batch))
    if how == "shuffled":
        used = batch.memory[batch.memory >= 0]
        changed.memory = batch.memory.clone()
        changed.memory[batch.memory >= 0] = used.roll(len(used) // 2)
    elif how == "none":
        # As in a prompt without memory: no mark, no vectors, the rows close up.
        kept = (batch.memory < 0) & (batch.ids != MEM)
        order = torch.sort((~kept).long(), dim=1, stable=True)[1]
        for name, blank in (("ids", PAD), ("memory", -1), ("targets", -100), ("region", 0)):
            values = getattr(batch, name).masked_fill(~kept, blank)
            setattr(changed, name, values.gather(1, order))
        changed.positions = torch.arange(batch.ids.shape[1], device=batch.ids.device).expand_as(batch.ids)
    return changed


@torch.no_grad()
def judge(model, batch, wordlike, pointer=True):
    """Over the first line of each row's continuation: losses [n], whether each is of an identifier [n], row [n], exact [B]."""
    pool, *_ = model.fuse(batch)
    states = model.model(model.embed(batch, pool), batch.positions)
    scores, entries = model.point(batch, states, pool, own=pointer, memory=pointer)
    first = batch.region == 1
    row = torch.arange(len(batch.ids), device=batch.ids.device)[:, None].expand_as(batch.ids)[first]
    log_p = mixture(model.model.logits(states[first]).float(), scores[first], entries[row])
    target = batch.targets[first]
    wrong = torch.zeros(len(batch.ids), device=row.device).index_add_(0, row, (log_p.argmax(-1) != target).float())
    return -log_p.gather(1, target[:, None])[:, 0], wordlike[target], row, wrong == 0


def summary(parts):
    """Mean losses and exact match in percent of judged batches [(loss, is_word, row, exact)…]."""
    loss, word = torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])
    exact = torch.cat([p[3] for p in parts]).float()
    return {"loss": loss.mean().item(), "identifier_loss": loss[word].mean().item(), "em": 100 * exact.mean().item(), "n": len(exact)}


def judge_lines(model, pack, device, wordlike, batches, rows=32, length=512):
    """Per setting, the judged batches; every setting meets the same lines."""
    model.eval()
    judged = {}
    for number in range(batches):
        for name, what in SETTINGS.items():
            batch = pack.batch(number, rows, length, mixture=what).to(device)
            judged.setdefault(name, []).append(judge(model, batch, wordlike))
            if name == "right":
                for how in ("shuffled", "none"):
                    judged.setdefault(how, []).append(judge(model, replace_memory(batch, how), wordlike))
                judged.setdefault("no pointer", []).append(judge(model, batch, wordlike, pointer=False))
    model.train()
    return judged


def per_line(parts):
    """Mean loss on the identifier tokens of each line that has any: [lines], NaN for the others."""
    lines = []
    for loss, word, row, exact in parts:
        sums = torch.zeros(len(exact)).index_add_(0, row[word].cpu(), loss[word].float().cpu())
        counts = torch.zeros(len(exact)).index_add_(0, row[word].cpu(), torch.ones(int(word.sum())))
        lines.append(sums / counts)
    return torch.cat(lines)


def bootstrap(values, rounds=2000):
    """Mean of values [n] and its 95 % interval by the percentile bootstrap; of differences line by line, the paired one."""
    picked = torch.randint(len(values), (rounds, len(values)), generator=torch.Generator().manual_seed(0))
    means = values[picked].mean(1).sort()[0]
    return {"mean": values.mean().item(), "low": means[int(0.025 * rounds)].item(), "high": means[int(0.975 * rounds)].item()}


def difference(judged, one, other):
    """Identifier loss of one setting minus that of the other, line by line (see bootstrap)."""
    values = per_line(judged[one]) - per_line(judged[other])
    return bootstrap(values[~values.isnan()])


DIFFERENCES = [("right", "none"), ("right", "shuffled"), ("right", "snippet"), ("snippet", "none"), ("shuffled", "none"),
               ("files", "none"), ("files", "means"), ("files", "random file"), ("right", "no pointer")]


def gates_of(judged):
    """Gates 1 and 3 to 5 as one table: per setting losses and exact match; harm and recovery in percent."""
    table = {name: summary(parts) for name, parts in judged.items()}
    table["differences"] = {f"{one} − {other}": difference(judged, one, other) for one, other in DIFFERENCES}
    right, none = (torch.cat([p[3] for p in judged[name]]) for name in ("right", "none"))
    gain = table["snippet"]["em"] - table["none"]["em"]
    table["improved"] = 100 * (right & ~none).float().mean().item()
    table["worsened"] = 100 * (none & ~right).float().mean().item()
    table["recovery"] = 100 * (table["right"]["em"] - table["none"]["em"]) / gain if gain > 0 else None
    return table


SYLLABLES = "ba be bo da do fi ga go ka ki lo lu ma mi na no pa pe ra ri sa so ta te to va vu wa za zo".split()
DEFINITIONS = ["def {name}(left, right):\n    return left * right + 7\n\n", "class {name}:\n    def __init__(self, size):\n        self.size = size\n\n"]
FILLER = "def unrelated(values):\n    total = 0\n    for value in values:\n        total += value\n    return total\n\n"


def made_up(rng):
    return "_".join("".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 3))) for _ in range(rng.randint(1, 2)))


@torch.no_grad()
def name_loss(model, tokenizer, device, chunk, memory, prefix, name, pointer):
    """(mean loss over the name's tokens, whether all are the most likely) after prefix and the chunk's vectors `memory` (slice numbers)."""
    ids = [PRE, *tokenizer.encode(prefix)]
    vectors = len(memory)
    at = len(ids) + 1
    answer = tokenizer.encode(name)
    ids = ids + ([MEM] + [PAD] * vectors if vectors else []) + [MID] + answer
    rows = torch.full((1, len(ids)), -1)
    rows[0, at:at + vectors] = torch.tensor(memory, dtype=torch.long)
    tokens = tokenizer.encode(chunk)[:128]
    padded = torch.zeros(1, 128, dtype=torch.long)
    padded[0, :len(tokens)] = torch.tensor(tokens)
    line = torch.tensor(ids)[None]
    batch = Batch(ids=line, memory=rows, positions=torch.arange(len(ids))[None], targets=line, region=torch.zeros_like(line),
                  chunk_ids=padded, chunk_lengths=torch.tensor([len(tokens)]), pairs=torch.zeros(0, 2, dtype=torch.long)).to(device)
    pool, *_ = model.fuse(batch)
    states = model.model(model.embed(batch, pool), batch.positions)
    scores, entries = model.point(batch, states, pool, own=pointer, memory=pointer)
    n = len(answer)
    log_p = mixture(model.model.logits(states[0, -n - 1:-1]).float(), scores[0, -n - 1:-1], entries.expand(n, -1))
    target = batch.ids[0, -n:]
    return -log_p.gather(1, target[:, None]).mean().item(), bool((log_p.argmax(-1) == target).all())


def copy_gate(model, tokenizer, device, trials=100):
    """Gate 2: a chunk defines a made-up name and the target needs it; pointer on and off, all vectors, the one that covers it."""
    model.eval()
    rng, table = random.Random(0), {}
    size = model.config.fuser.sliceTokens
    covering = len(tokenizer.encode(FILLER)) // size
    for _ in range(trials):
        template, name, other = rng.choice(DEFINITIONS), made_up(rng), made_up(rng)
        prefix = "from .shapes import *\n\n\nresult = " if "def {" in template else "from .shapes import *\n\n\nshape = "
        right, wrong = (FILLER + template.format(name=n) + FILLER for n in (name, other))
        whole = list(range(-(-min(128, len(tokenizer.encode(right))) // size)))
        settings = {"right": (right, whole), "another name": (wrong, whole), "none": (right, []), "one vector": (right, [covering])}
        for how, (chunk, memory) in settings.items():
            for pointer in (True, False):
                loss, exact = name_loss(model, tokenizer, device, chunk, memory, prefix, name, pointer)
                row = table.setdefault(how if pointer else how + ", no pointer", [0.0, 0])
                row[0], row[1] = row[0] + loss / trials, row[1] + exact
    model.train()
    return {how: {"name_loss": round(a, 3), "exact": round(100 * b / trials, 1)} for how, (a, b) in table.items()}
