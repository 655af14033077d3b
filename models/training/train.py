"""Trains generator, fuser, node fuser and projector together; resumes where it stopped; ends inside its time limit.

    python3 train.py --pack pack.npz --tokenizer tokenizer.json --out run --minutes 80
"""
import argparse
import ctypes
import json
import math
import os
import time

import torch
import torch.nn.functional as F

from model import Config, Hef
from optimizer import make_optimizers
from samples import Pack
from tokenizer import MEM, PAD, Tokenizer


def losses(model, batch, wordlike):
    """Named losses of a batch, each a scalar. `wordlike` [V] tells the tokens identifiers are made of."""
    pool, keys, queries, files = model.fuse(batch)
    states = model.model(model.embed(batch, pool), batch.positions)
    wanted = batch.targets >= 0
    token_loss = F.cross_entropy(model.model.logits(states[wanted]).float(), batch.targets[wanted], reduction="none")
    region = batch.region[wanted]
    parts = {"language": mean(token_loss, region < 3), "reconstruct": mean(token_loss, region == 3)}
    # Contrastive: the chunk that shares the target's rare identifiers against all other chunks of the batch.
    if len(batch.pairs):
        scores = queries[batch.pairs[:, 0]] @ keys.t() * model.log_temperature.exp().clamp(max=100)
        scores = scores.scatter(1, batch.pairs[:, :1], float("-inf"))  # the query's own chunk is no negative
        parts["contrast"] = F.cross_entropy(scores.float(), batch.pairs[:, 1])
    # Each vector spells the tokens of its slice, words first.
    size = model.config.fuser.sliceTokens
    ids = batch.chunk_ids.view(-1, size)
    valid = (torch.arange(batch.chunk_ids.shape[1], device=ids.device)[None] < batch.chunk_lengths[:, None]).view(-1, size)
    weight = valid * torch.where(wordlike[ids], 1.0, 0.1)
    parts["spell"] = -(model.spell(pool[:len(ids)]).gather(1, ids) * weight).sum() / weight.sum().clamp(min=1)
    if files is not None:
        # The vectors of a file node together spell the words of its file.
        listed = batch.file_words >= 0
        spelled = model.spell(files.reshape(-1, files.shape[-1])).view(*files.shape[:2], -1).logsumexp(1) - math.log(files.shape[1])
        parts["describe"] = -mean(spelled.gather(1, batch.file_words.clamp(min=0)), listed)
    return parts, token_loss.detach(), region


def mean(values, mask):
    return values[mask].sum() / mask.sum().clamp(min=1)


WEIGHTS = {"language": 1.0, "reconstruct": 1.0, "contrast": 0.1, "spell": 0.5, "describe": 0.1}


def schedule(progress):
    """Warm-up 2 %, stable, linear decay over the last 35 % (warm-up–stable–decay)."""
    if progress < 0.02:
        return max(0.05, progress / 0.02)
    return 1.0 if progress < 0.65 else max(0.03, (1 - progress) / 0.35)


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
def evaluate(model, batches, device, wordlike):
    """Per memory setting: loss on the first line's tokens, on its identifier tokens, and line exact match.

    With the right answer fed in, a line is matched exactly when every token of it is the most likely one: the same
    event as a greedy decode that equals the line, for one forward pass.
    """
    model.eval()
    table = {}
    for how in ("right", "shuffled", "none"):
        loss = words = exact = 0.0
        tokens = word_tokens = rows = 0
        for batch in batches:
            batch = replace_memory(batch.to(device), how)
            pool, *_ = model.fuse(batch)
            states = model.model(model.embed(batch, pool), batch.positions)
            first = batch.region == 1
            logits = model.model.logits(states[first]).float()
            target = batch.targets[first]
            each = F.cross_entropy(logits, target, reduction="none")
            is_word = wordlike[target]
            loss, tokens = loss + each.sum().item(), tokens + len(target)
            words, word_tokens = words + each[is_word].sum().item(), word_tokens + int(is_word.sum())
            row = torch.arange(len(batch.ids), device=device)[:, None].expand_as(batch.ids)[first]
            wrong = torch.zeros(len(batch.ids), device=device).index_add_(0, row, (logits.argmax(-1) != target).float())
            has = torch.zeros_like(wrong).index_add_(0, row, torch.ones_like(row, dtype=torch.float))
            exact, rows = exact + int(((wrong == 0) & (has > 0)).sum()), rows + int((has > 0).sum())
        table[how] = {"loss": loss / tokens, "identifier_loss": words / max(1, word_tokens), "em": 100 * exact / rows, "n": rows}
    model.train()
    return table


def keep_freed_memory():
    """Lets glibc reuse freed tensors instead of returning their pages: a CPU step is a third faster for it."""
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD
        libc.mallopt(-1, (1 << 31) - 1)  # M_TRIM_THRESHOLD
    except OSError:
        pass  # another libc: only slower


def save(path, model, optimizers, pack, config, progress):
    state = {"config": config.to_dict(), "model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers],
             "sampler": pack.state(), "torch": torch.get_rng_state(), **progress}
    torch.save(state, path + ".tmp")
    os.replace(path + ".tmp", path)  # a kill at any moment leaves the old checkpoint or the new one


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=80, help="training time in all, over every resume")
    parser.add_argument("--steps", type=int, default=0, help="stop after this many steps instead (tests)")
    parser.add_argument("--stop-after", type=int, default=0, help="leave with a checkpoint at this step; the same command resumes")
    parser.add_argument("--rows", type=int, default=16)
    parser.add_argument("--length", type=int, default=448)
    parser.add_argument("--config", help="JSON of model.Config; default: nano")
    parser.add_argument("--generator-from", help="start from the generator of this checkpoint, with a fresh fuser and projector")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--float32", action="store_true", help="no bfloat16 products (for processors without them)")
    parser.add_argument("--evaluate-every", type=float, default=10, help="minutes")
    args = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    os.makedirs(args.out, exist_ok=True)
    checkpoint = os.path.join(args.out, "checkpoint.pt")
    tokenizer = Tokenizer(args.tokenizer)
    pack = Pack(args.pack, tokenizer, seed=args.seed)
    config = Config.of(json.load(open(args.config))) if args.config else Config()
    config.generator.vocab = len(tokenizer)
    model = Hef(config).to(device)
    optimizers = make_optimizers(model, dtype=torch.float32 if args.float32 else torch.bfloat16)
    step, tokens, spent = 0, 0, 0.0
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint, map_location=device)
        model.load_state_dict(state["model"])
        for o, s in zip(optimizers, state["optimizers"]):
            o.load_state_dict(s)
        pack.restore(state["sampler"])
        torch.set_rng_state(state["torch"].cpu())
        step, tokens, spent = state["step"], state["tokens"], state["spent"]
        print(f"resumed at step {step}", flush=True)
    elif args.generator_from:
        state = torch.load(args.generator_from, map_location=device)
        model.model.load_state_dict({k[len("model."):]: v for k, v in state["model"].items() if k.startswith("model.")})
        print(f"the generator starts from step {state['step']} of {args.generator_from}", flush=True)
    count = lambda m: sum(p.numel() for p in m.parameters()) / 1e6
    print(f"generator {count(model.model):.2f} M, fuser {count(model.fuser.layers):.2f} M in its layers, nodes {count(model.node):.2f} M, on {device}", flush=True)
    held = Pack(args.pack, tokenizer, held=True, seed=1)
    held.mixture.reconstruct = held.mixture.snippet = held.mixture.empty = held.mixture.foreign = held.mixture.random = held.mixture.answer = 0
    held_batches = [held.batch(24, args.length) for _ in range(8)]
    wordlike = torch.from_numpy(pack.wordlike).to(device)
    log = open(os.path.join(args.out, "log.jsonl"), "a")
    started, evaluated, saved = time.time() - spent, spent, spent
    while True:
        spent = time.time() - started
        progress = step / args.steps if args.steps else spent / (args.minutes * 60)
        if progress >= 1 or (args.stop_after and step >= args.stop_after):
            break
        for o in optimizers:
            for group in o.param_groups:
                group["lr"] = group["base"] * schedule(progress)
        batch = pack.batch(args.rows, args.length).to(device)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=not args.float32):
            parts, _, _ = losses(model, batch, wordlike)
            total = sum(WEIGHTS[k] * v for k, v in parts.items())
        total.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for o in optimizers:
            o.step()
            o.zero_grad(set_to_none=True)
        step, tokens = step + 1, tokens + int((batch.targets >= 0).sum())
        record = {"step": step, "tokens": tokens, "spent": round(time.time() - started, 1), **{k: round(v.item(), 4) for k, v in parts.items()}}
        if not math.isfinite(total.item()):
            raise SystemExit(f"the loss is not finite at step {step}: resume from {checkpoint} with a lower rate")
        if spent - evaluated > args.evaluate_every * 60:
            evaluated = spent
            record["held_out"] = evaluate(model, held_batches, device, wordlike)
            print(json.dumps(record), flush=True)
        elif step % 20 == 0 or step <= 3:
            print(json.dumps(record), flush=True)
        log.write(json.dumps(record) + "\n")
        if spent - saved > 180:
            saved = spent
            log.flush()
            save(checkpoint, model, optimizers, pack, config, {"step": step, "tokens": tokens, "spent": spent})
    save(checkpoint, model, optimizers, pack, config, {"step": step, "tokens": tokens, "spent": spent})
    result = evaluate(model, held_batches, device, wordlike)
    log.write(json.dumps({"step": step, "tokens": tokens, "spent": round(spent, 1), "held_out": result}) + "\n")
    print(json.dumps(result, indent=1), flush=True)


if __name__ == "__main__":
    main()
