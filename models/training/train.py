"""Trains in two phases: the generator on text alone, then generator, fuser, node fuser, projector and pointer together.

Resumes where it stopped; ends inside its time limit, or after a number of steps (which can be repeated exactly).

    python3 train.py --pack pack.npz --tokenizer tokenizer.json --out run --minutes 80
"""
import argparse
import ctypes
import json
import math
import os
import signal
import time

LAUNCHED = time.time()  # loading counts as training time: a limit is a limit

from contextlib import nullcontext
from dataclasses import asdict

import torch
import torch.nn.functional as F

from evaluate import copy_gate, gates_of, judge_lines
from feed import Feed
from model import Config, Hef, head
from optimizer import make_optimizers
from replicas import Replicas
from samples import Mixture, Pack
from tokenizer import Tokenizer


def token_losses(model, states, scores, entries, targets, fast=None):
    """−log p of the wanted targets [n], in reading order, and their rows [n].

    On an accelerator by parts of HEAD positions: what the head holds stays small, and its compiled form (`fast`) meets
    one shape.
    """
    at = (targets >= 0).flatten().nonzero()[:, 0]
    row, table = torch.div(at, targets.shape[1], rounding_mode="floor"), model.model.embed_tokens.weight
    pick = lambda values, i: values.flatten(0, 1).index_select(0, i)
    if not at.is_cuda and fast is None:
        return head(pick(states, at), table, pick(scores, at), entries, row, targets.flatten()[at]), row
    padded = F.pad(at, (0, -len(at) % HEAD))
    rows = torch.div(padded, targets.shape[1], rounding_mode="floor")
    # Picked once and then split: the gradient of each pick is as large as all scores.
    picked = (pick(states, padded), pick(scores, padded), rows, targets.flatten()[padded].clamp(min=0))
    parts = [(fast or head)(s, table, c, entries, r, t) for s, c, r, t in zip(*(each.split(HEAD) for each in picked))]
    return torch.cat(parts)[:len(at)], row


def losses(model, batch, wordlike, fast=None):
    """Named losses of a batch, each a scalar. `wordlike` [V] tells the tokens identifiers are made of."""
    fused = len(batch.chunk_lengths) > 1 or bool((batch.memory >= 0).any())
    pool, keys, queries, files = model.fuse(batch) if fused else (None, None, None, None)
    states = model.model(model.embed(batch, pool), batch.positions)
    scores, entries = model.point(batch, states, pool)
    token_loss, row = token_losses(model, states, scores, entries, batch.targets, fast)
    region = batch.region[batch.targets >= 0]
    # The line a user asks for counts double; utility (see utility.py) weighs what memory was of use for.
    weight = torch.where(region == 1, 2.0, 1.0) * torch.where(region > 0, batch.weight[row], 1.0) * (region < 3)
    parts = {"language": (token_loss * weight).sum() / weight.sum().clamp(min=1), "line": mean(token_loss, region == 1)}
    if not fused:
        return parts
    parts["reconstruct"] = mean(token_loss, region == 3)
    # Contrastive: the chunk that shares the target's rare identifiers against all other chunks of the batch.
    if len(batch.pairs):
        scores = queries[batch.pairs[:, 0]] @ keys.t() * model.log_temperature.exp().clamp(max=100)
        scores = scores.scatter(1, batch.pairs[:, :1], float("-inf"))  # the query's own chunk is no negative
        scores = scores.masked_fill(batch.chunk_lengths == 0, float("-inf"))  # nor is padding
        parts["contrast"] = F.cross_entropy(scores.float(), batch.pairs[:, 1])
    # Each vector spells the tokens of its slice, words first.
    size = model.config.fuser.sliceTokens
    ids = batch.chunk_ids.view(-1, size)
    valid = (torch.arange(batch.chunk_ids.shape[1], device=ids.device)[None] < batch.chunk_lengths[:, None]).view(-1, size)
    some = valid[:, 0].nonzero()[:, 0]
    some = some[::max(1, len(some) // SPELLED)]  # of a large batch, every n-th
    weight = valid[some] * torch.where(wordlike[ids[some]], 1.0, 0.1)
    parts["spell"] = -(model.spell(pool[some]).gather(1, ids[some]) * weight).sum() / weight.sum().clamp(min=1)
    if files is not None:
        # The vectors of a file node together spell the words of its file.
        listed = batch.file_words >= 0
        spelled = model.spell(files.reshape(-1, files.shape[-1])).view(*files.shape[:2], -1).logsumexp(1) - math.log(files.shape[1])
        parts["describe"] = -mean(spelled.gather(1, batch.file_words.clamp(min=0)), listed)
    return parts


def mean(values, mask):
    return values[mask].sum() / mask.sum().clamp(min=1)


WEIGHTS = {"language": 1.0, "reconstruct": 0.5, "contrast": 0.1, "spell": 0.3, "describe": 0.1}
SPELLED = 1024  # vectors of a batch that spell
HEAD = 8192  # positions


def schedule(progress):
    """Warm-up 2 %, stable, linear decay over the last 35 % (warm-up–stable–decay)."""
    if progress < 0.02:
        return max(0.05, progress / 0.02)
    return 1.0 if progress < 0.65 else max(0.03, (1 - progress) / 0.35)


def keep_freed_memory():
    """Lets glibc reuse freed tensors instead of returning their pages: a CPU step is a third faster for it."""
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(-4, 0)  # M_MMAP_MAX: a threshold for mapped memory could be no higher than 32 MiB
        libc.mallopt(-1, (1 << 31) - 1)  # M_TRIM_THRESHOLD
    except OSError:
        pass  # another libc: only slower


def use_threads(count):
    """For torch and for OpenBLAS, which Debian's torch multiplies with and which counts its threads itself."""
    torch.set_num_threads(count)
    try:
        ctypes.CDLL("libopenblas.so.0").openblas_set_num_threads(count)
    except (OSError, AttributeError):
        pass  # another library: torch has told it


def compiled(model):
    """Compiles the layers in place, each kind once, and returns the compiled head; what cannot be compiled runs as it is."""
    torch._dynamo.config.suppress_errors = True
    torch._dynamo.config.cache_size_limit = 64
    for layer in [*model.model.layers, *model.fuser.layers]:
        layer.compile(dynamic=False)
    return torch.compile(head, dynamic=False)


def save(path, model, optimizers, config, progress):
    state = {"config": config.to_dict(), "model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers], **progress}
    torch.save(state, path + ".tmp")
    os.replace(path + ".tmp", path)  # a kill at any moment leaves the old checkpoint or the new one


def main(launched=None):
    launched = launched or time.time()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=80, help="training time in all, over every resume")
    parser.add_argument("--steps", type=int, default=0, help="train this many steps, however long they take")
    parser.add_argument("--stop-after", type=int, default=0, help="leave with a checkpoint at this step; the same command resumes")
    parser.add_argument("--stop-share", type=float, default=1, help="leave with a checkpoint after this share of the run; the same command with 1 goes on")
    parser.add_argument("--language", type=float, default=0.45, help="share of the run that trains the generator alone")
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--repos", type=int, default=4, help="repositories a batch draws from")
    parser.add_argument("--replicas", type=int, default=1, help="processes that share a step's rows (replicas.py), for the cores of a processor")
    parser.add_argument("--workers", type=int, default=0, help="processes that draw batches ahead")
    parser.add_argument("--config", help="JSON of model.Config; default: nano, its slices of 16 tokens (see --slice)")
    parser.add_argument("--slice", type=int, default=0, help="tokens a memory vector stands for, in place of the shape's own; a divisor of 128")
    parser.add_argument("--mixture", default="{}", help="JSON of samples.Mixture: what differs from the default, for studies")
    parser.add_argument("--utility", help="written by utility.py: contexts filtered and weighted by what they were worth")
    parser.add_argument("--start-from", help="start from the weights of this checkpoint, with fresh optimisers")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--muon-rate", type=float, default=0.008)
    parser.add_argument("--adam-rate", type=float, default=3e-3)
    parser.add_argument("--float32", action="store_true", help="no bfloat16 products (for processors without them)")
    parser.add_argument("--compile", action="store_true", help="compile layers and head (torch 2.6 or newer, accelerators)")
    parser.add_argument("--evaluate-every", type=float, default=10, help="minutes")
    parser.add_argument("--judge", type=int, default=3, help="batches of 32 held-out lines an evaluation takes; 0: none")
    parser.add_argument("--no-last-judge", action="store_true", help="end without an evaluation (gates.py follows)")
    parser.add_argument("--save-every", type=float, default=3, help="minutes")
    args = parser.parse_args()
    stopped = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.append(True))
    keep_freed_memory()
    use_threads(args.threads)
    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    os.makedirs(args.out, exist_ok=True)
    checkpoint = os.path.join(args.out, "checkpoint.pt")
    tokenizer = Tokenizer(args.tokenizer)
    replicas = Replicas(args.replicas, args.out)
    config = Config.of(json.load(open(args.config))) if args.config else Config()
    config.generator.vocab = len(tokenizer)
    if args.slice:
        config.fuser.sliceTokens = args.slice
    pack = Pack(args.pack, tokenizer, seed=args.seed, utility=args.utility, slice_tokens=config.fuser.sliceTokens, chunks_at_once=256 if args.compile else 1)
    mixtures = [Mixture.language(), Mixture(**{**asdict(Mixture()), **json.loads(args.mixture)})]
    state = torch.load(checkpoint, map_location="cpu") if os.path.exists(checkpoint) else None
    step, tokens, spent = (state["step"], state["tokens"], state["spent"]) if state else (0, 0, 0.0)
    started = launched - spent
    progress_at = lambda s: replicas.agree(s / args.steps if args.steps else (time.time() - started) / (args.minutes * 60))[0]
    draw = lambda s: (s, args.rows, args.length, args.repos, mixtures[progress_at(s) >= args.language], (replicas.rank, replicas.count))
    feed = Feed(pack, draw, step, args.workers, device)  # forks before anything touches the accelerator
    if device == "cuda":
        torch.set_float32_matmul_precision("high")
        torch.backends.cuda.enable_cudnn_sdp(False)  # it plans anew for every shape of the fuser's batches
    model = Hef(config).to(device)
    optimizers = make_optimizers(model, args.muon_rate, args.adam_rate, dtype=torch.float32 if args.float32 else torch.bfloat16, together=device == "cuda")
    if state:
        model.load_state_dict(state["model"])
        for o, s in zip(optimizers, state["optimizers"]):
            bases = [group["base"] for group in o.param_groups]
            o.load_state_dict(s)
            for group, base in zip(o.param_groups, bases):
                group["base"] = base  # a resume may ask for another rate
        print(f"resumed at step {step}", flush=True)
    elif args.start_from:
        state = torch.load(args.start_from, map_location=device)
        mine = model.state_dict()
        fitting = {k: v for k, v in state["model"].items() if k in mine and v.shape == mine[k].shape}
        model.load_state_dict(fitting, strict=False)
        if len(fitting) < len(mine):
            print(f"new here: {sorted(set(mine) - set(fitting))}", flush=True)
        print(f"the weights start from step {state['step']} of {args.start_from}", flush=True)
    count = lambda m: sum(p.numel() for p in m.parameters()) / 1e6
    print(f"generator {count(model.model):.2f} M, fuser {count(model.fuser.layers):.2f} M in its layers, nodes {count(model.node):.2f} M, on {device}", flush=True)
    fast = compiled(model) if args.compile else None
    held = Pack(args.pack, tokenizer, held=True, seed=1, slice_tokens=config.fuser.sliceTokens)
    wordlike = torch.from_numpy(pack.wordlike).to(device)
    log = open(os.path.join(args.out, "log.jsonl") if replicas.rank == 0 else os.devnull, "a", buffering=1)  # run.py follows it
    evaluated = saved = spent

    def judged():
        if not args.judge or replicas.rank > 0:
            return {}
        # Judged batches have many shapes: compiled code would be compiled again for each.
        with torch.compiler.set_stance("force_eager") if args.compile else nullcontext():
            return {**gates_of(judge_lines(model, held, device, wordlike, args.judge)), "copying": copy_gate(model, tokenizer, device, 32 * args.judge)}

    batch = feed.next()
    while True:
        spent, progress = time.time() - started, progress_at(step)
        if replicas.agree(bool(stopped))[0] or progress >= args.stop_share or (args.stop_after and step >= args.stop_after):
            break
        for o in optimizers:
            for group in o.param_groups:
                group["lr"] = group["base"] * schedule(progress)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=not args.float32):
            parts = losses(model, batch, wordlike, fast)
            total = sum(WEIGHTS[k] * v for k, v in parts.items() if k in WEIGHTS)
        total.backward()
        replicas.average(model.parameters())
        torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.grad is not None], 1.0)
        for o in optimizers:
            o.step()
            o.zero_grad(set_to_none=True)
        trained = (batch.targets >= 0).sum()
        batch = feed.next()  # before the numbers are asked for, so that an accelerator does not wait for it
        values = dict(zip(parts, torch.stack([v.detach().float() for v in parts.values()]).tolist()))
        step, tokens = step + 1, tokens + int(trained) * replicas.count
        record = {"step": step, "tokens": tokens, "spent": round(time.time() - started, 1), **{k: round(v, 4) for k, v in values.items()}}
        if not all(map(math.isfinite, values.values())):
            raise SystemExit(f"the loss is not finite at step {step}: resume from {checkpoint} with a lower rate")
        if spent - evaluated > args.evaluate_every * 60:
            evaluated = spent
            record["held_out"] = judged()
            print(json.dumps(record), flush=True)
        elif step % 50 == 0 or step <= 3:
            print(json.dumps(record), flush=True)
        log.write(json.dumps(record) + "\n")
        if spent - saved > args.save_every * 60:
            saved = spent
            if replicas.rank == 0:
                save(checkpoint, model, optimizers, config, {"step": step, "tokens": tokens, "spent": spent})
    feed.close()
    if replicas.rank == 0:
        save(checkpoint, model, optimizers, config, {"step": step, "tokens": tokens, "spent": spent})
    replicas.close()
    if replicas.rank > 0 or progress < 1 or args.no_last_judge:
        return
    result = judged()
    log.write(json.dumps({"step": step, "tokens": tokens, "spent": round(spent, 1), "held_out": result}) + "\n")
    print(json.dumps(result, indent=1), flush=True)


if __name__ == "__main__":
    main(LAUNCHED)
