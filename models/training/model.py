"""The whole model: fuser, node fuser, projector and generator, trained together.

Letters in shape comments: B sequences, T positions, W generator width, C chunks, S slices a chunk, d fuser width,
m memory dimension, V vocabulary, p pointer width, Q entries a pointer may copy. The TypeScript builder makes ONNX graphs of the same arithmetic; the names of the
parameters here are the tensor names of the bundle (see export.py).
"""
import math
from dataclasses import asdict, dataclass, field

import torch
import torch.nn.functional as F
from torch import nn

from tokenizer import MEM, MID, PAD, PRE, SPECIALS as MARKS

SPECIALS = len(MARKS)  # ids below are marks: never copied


@dataclass
class GeneratorConfig:
    layers: int = 4
    width: int = 192
    heads: int = 3
    kvHeads: int = 1
    headDim: int = 64
    mlp: int = 512
    vocab: int = 8192
    ropeTheta: float = 10000.0
    rmsEps: float = 1e-6
    tied: bool = True
    attentionBias: bool = False
    contextTokens: int = 1024


@dataclass
class FuserConfig:
    layers: int = 4
    width: int = 128
    heads: int = 4
    mlp: int = 512
    memoryDim: int = 128
    keyDim: int = 128
    chunkTokens: int = 128
    sliceTokens: int = 16
    fileVectors: int = 4
    directoryVectors: int = 2
    nodeLayers: int = 2
    nodeWidth: int = 128
    nodeHeads: int = 4
    nodeMlp: int = 256
    nodeRows: int = 64
    memoryBudget: int = 64


@dataclass
class PointerConfig:
    dim: int = 64
    matchTokens: int = 16  # how far back an entry is compared with the text before a position


@dataclass
class Config:
    generator: GeneratorConfig = field(default_factory=GeneratorConfig)
    fuser: FuserConfig = field(default_factory=FuserConfig)
    pointer: PointerConfig = field(default_factory=PointerConfig)

    def to_dict(self):
        return asdict(self)

    @staticmethod
    def of(document):
        return Config(GeneratorConfig(**document["generator"]), FuserConfig(**document["fuser"]), PointerConfig(**document.get("pointer", {})))


def rms(x, eps=1e-6):
    """x / rms(x) over the last axis, in float32."""
    return (x.float() * torch.rsqrt(x.float().pow(2).mean(-1, keepdim=True) + eps)).to(x.dtype)


class RMSNorm(nn.Module):
    def __init__(self, width, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        return rms(x, self.eps) * self.weight


def linear(inputs, outputs, bias=False):
    layer = nn.Linear(inputs, outputs, bias=bias)
    nn.init.normal_(layer.weight, std=1 / math.sqrt(inputs))
    if bias:
        nn.init.zeros_(layer.bias)
    return layer


def attend(q, k, v, mask):
    """q [B,H,T,h], k and v [B,H,U,h], mask additive and broadcast to [B,H,T,U], or 'causal'."""
    if hasattr(F, "scaled_dot_product_attention"):
        if isinstance(mask, str):
            return F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask.to(q.dtype))
    if isinstance(mask, str):
        size = q.shape[-2]
        mask = torch.full((size, size), float("-inf"), device=q.device).triu(1)
    scores = (q / math.sqrt(q.shape[-1])) @ k.transpose(-1, -2)
    return scores.add_(mask).softmax(-1) @ v


# ---------------------------------------------------------------------------------------------- generator (Llama shape)

def rope_tables(positions, config):
    """cos, sin of shape positions.shape + [headDim], for Hugging Face's rotate-half convention."""
    half = config.headDim // 2
    rates = config.ropeTheta ** (-torch.arange(half, device=positions.device, dtype=torch.float32) / half)
    angles = positions.float()[..., None] * rates
    return torch.cat([angles.cos()] * 2, -1), torch.cat([angles.sin()] * 2, -1)


def rotate(x, cos, sin):
    """x [B,T,H,h]; cos, sin [B,T,h]."""
    left, right = x.chunk(2, -1)
    return x * cos[:, :, None].to(x.dtype) + torch.cat([-right, left], -1) * sin[:, :, None].to(x.dtype)


class SelfAttention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.q_proj = linear(c.width, c.heads * c.headDim)
        self.k_proj = linear(c.width, c.kvHeads * c.headDim)
        self.v_proj = linear(c.width, c.kvHeads * c.headDim)
        self.o_proj = linear(c.heads * c.headDim, c.width)
        nn.init.zeros_(self.o_proj.weight)

    def forward(self, x, cos, sin):  # [B,T,W]
        c, (B, T, _) = self.c, x.shape
        q = rotate(self.q_proj(x).view(B, T, c.heads, c.headDim), cos, sin).transpose(1, 2)
        k = rotate(self.k_proj(x).view(B, T, c.kvHeads, c.headDim), cos, sin).transpose(1, 2)
        v = self.v_proj(x).view(B, T, c.kvHeads, c.headDim).transpose(1, 2)
        share = c.heads // c.kvHeads  # query head i reads key/value head i // share
        k, v = k.repeat_interleave(share, 1), v.repeat_interleave(share, 1)
        return self.o_proj(attend(q, k, v, "causal").transpose(1, 2).reshape(B, T, -1))


class Mlp(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gate_proj, self.up_proj, self.down_proj = linear(c.width, c.mlp), linear(c.width, c.mlp), linear(c.mlp, c.width)
        nn.init.zeros_(self.down_proj.weight)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = RMSNorm(c.width, c.rmsEps), RMSNorm(c.width, c.rmsEps)
        self.self_attn, self.mlp = SelfAttention(c), Mlp(c)

    def forward(self, x, cos, sin):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        return x + self.mlp(self.post_attention_layernorm(x))


class Generator(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.embed_tokens = nn.Embedding(c.vocab, c.width)
        nn.init.normal_(self.embed_tokens.weight, std=0.02)
        self.layers = nn.ModuleList(Layer(c) for _ in range(c.layers))
        self.norm = RMSNorm(c.width, c.rmsEps)

    def forward(self, x, positions):
        """Input rows [B,T,W] and positions [B,T] → final states [B,T,W]."""
        cos, sin = rope_tables(positions, self.c)
        for layer in self.layers:
            x = layer(x, cos, sin)
        return self.norm(x)

    def logits(self, states):
        return states @ self.embed_tokens.weight.t().to(states.dtype)


# ------------------------------------------------------------------------------------------------ fuser and node fuser

class Block(nn.Module):
    """Bidirectional pre-norm block with relu² and no biases."""

    def __init__(self, width, heads, mlp):
        super().__init__()
        self.heads = heads
        self.attn_norm, self.mlp_norm = RMSNorm(width), RMSNorm(width)
        self.qkv, self.o = linear(width, 3 * width), linear(width, width)
        self.fc1, self.fc2 = linear(width, mlp), linear(mlp, width)
        nn.init.zeros_(self.o.weight)
        nn.init.zeros_(self.fc2.weight)

    def forward(self, x, mask):  # [C,T,d], additive mask [C,1,1,T]
        C, T, d = x.shape
        q, k, v = self.qkv(self.attn_norm(x)).view(C, T, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        x = x + self.o(attend(q, k, v, mask).transpose(1, 2).reshape(C, T, d))
        return x + self.fc2(F.relu(self.fc1(self.mlp_norm(x))).pow(2))


def padding_mask(valid):
    """valid [C,T] bool → additive [C,1,1,T]."""
    return torch.zeros(valid.shape, device=valid.device).masked_fill(~valid, -1e9)[:, None, None]


TABLE_SCALE = 16.0  # the generator's token embeddings are small


class Fuser(nn.Module):
    """Chunk tokens → one memory vector a slice of its tokens, a key vector and a query vector."""

    def __init__(self, c, generator_width):
        super().__init__()
        self.c = c
        # The token table is the generator's, brought to width d; export.py writes the product as one table.
        self.narrow = linear(generator_width, c.width)
        self.positions = nn.Embedding(c.chunkTokens, c.width)
        nn.init.normal_(self.positions.weight, std=0.1)
        self.layers = nn.ModuleList(Block(c.width, c.heads, c.mlp) for _ in range(c.layers))
        self.norm = RMSNorm(c.width)
        self.memory, self.key, self.query = linear(c.width, c.memoryDim), linear(c.width, c.keyDim), linear(c.width, c.keyDim)

    def table(self, token_table):
        """[V,d]: the fuser's own token embeddings."""
        return self.narrow(token_table) * TABLE_SCALE

    def whole(self, x, lengths):
        """x [C,T,d], zero where padded → [C,d]: what key and query are made of."""
        return x.sum(1) / lengths.clamp(min=1)[:, None]

    def forward(self, ids, lengths, token_table):
        """ids [C,T], lengths [C] → memory [C,T/sliceTokens,m], key [C,k], query [C,k]."""
        C, T = ids.shape
        valid = torch.arange(T, device=ids.device)[None] < lengths[:, None]
        x = F.embedding(ids, token_table) + self.positions.weight[:T]
        mask = padding_mask(valid)
        for layer in self.layers:
            x = layer(x, mask)
        x = self.norm(x) * valid[..., None]
        size = self.c.sliceTokens
        counts = valid.view(C, T // size, size).sum(-1, keepdim=True).clamp(min=1)
        slices = x.view(C, T // size, size, -1).sum(2) / counts
        whole = self.whole(x, lengths)
        return rms(self.memory(slices)), F.normalize(self.key(whole), dim=-1), F.normalize(self.query(whole), dim=-1)


class NodeFuser(nn.Module):
    """Rows of children → vectors of a file or directory node."""

    def __init__(self, c):
        super().__init__()
        self.c = c
        self.inward = linear(c.memoryDim + c.width, c.nodeWidth)
        self.queries = nn.Embedding(c.fileVectors + c.directoryVectors, c.nodeWidth)
        self.layers = nn.ModuleList(Block(c.nodeWidth, c.nodeHeads, c.nodeMlp) for _ in range(c.nodeLayers))
        self.norm = RMSNorm(c.nodeWidth)
        self.memory, self.key = linear(c.nodeWidth, c.memoryDim), linear(c.nodeWidth, c.keyDim)

    def forward(self, rows, valid, queries):
        """rows [N,n,m+d], valid [N,n], queries [q] → memory [N,q,m], key [N,k]."""
        N, q = rows.shape[0], queries.shape[0]
        x = torch.cat([self.queries(queries)[None].expand(N, q, -1), self.inward(rows)], 1)
        mask = padding_mask(torch.cat([torch.ones(N, q, dtype=torch.bool, device=valid.device), valid], 1))
        for layer in self.layers:
            x = layer(x, mask)
        out = self.norm(x[:, :q])
        return rms(self.memory(out)), F.normalize(self.key(out.mean(1)), dim=-1)


class Projector(nn.Module):
    """Memory vector [m] → pseudo-token [W]."""

    def __init__(self, c, width):
        super().__init__()
        self.fc1, self.fc2 = linear(c.memoryDim, width, bias=True), linear(width, width, bias=True)
        # Pseudo-tokens start at the size of token embeddings.
        nn.init.normal_(self.fc2.weight, std=0.2 / math.sqrt(width))

    def forward(self, memory):
        return self.fc2(F.silu(self.fc1(memory)))


NEVER = -1e9


class Pointer(nn.Module):
    """Copies tokens of the file's text, and of the slices whose vectors stand in the prompt, into the next-token distribution.

    A key needs no transformer: token, the two before it and the slice's vector, so it is made when it is asked for and
    nothing is stored. What an entry is worth also depends on how many tokens before it are those just written, which is
    counted rather than learned: what induction heads have to grow from far more text (see docs/models.md). The form of
    the mixture is one softmax over vocabulary and entries (compare pointer sentinels, Merity et al. 2016).
    """

    def __init__(self, c, fuser, width):
        super().__init__()
        self.c = c
        self.key = linear(3 * fuser.width + fuser.memoryDim, c.dim)
        self.query = linear(width, c.dim)
        # What a match of 0, 1 … matchTokens tokens adds: first for text above the cursor, then for all other.
        self.match = linear(width, 2 * (c.matchTokens + 1), bias=True)
        with torch.no_grad():
            self.match.bias.copy_(torch.arange(c.matchTokens + 1).clamp(max=8).float().repeat(2))

    def tables(self, table):
        """[V,d] fuser table → three [V,p] tables: what a token adds to a key as itself, as the one before, as the second before."""
        marks = torch.ones(len(table), 1, device=table.device, dtype=table.dtype)
        marks[0] = 0  # PAD stands for "no token there"
        f, d = rms(table) * marks, table.shape[1]
        return [f @ self.key.weight[:, i * d:(i + 1) * d].t().to(f.dtype) for i in range(3)]

    def keys(self, tables, tokens, before, second, memory=None):
        """tokens, before, second [...]; memory [..., m] → [..., p]."""
        own, one, two = tables
        keys = F.embedding(tokens, own) + F.embedding(before, one) + F.embedding(second, two)
        if memory is not None:
            keys = keys + memory @ self.key.weight[:, -memory.shape[-1]:].t().to(memory.dtype)
        return keys

    def scores(self, states, keys, elsewhere, matches):
        """states [B,T,W], keys [B,Q,p], elsewhere [B,Q] (not above the cursor), matches (see find_matches) → [B,T,Q]."""
        worth = self.match(states)  # [B,T,2(n+1)]
        n = self.c.matchTokens + 1
        kinds = torch.stack([~elsewhere, elsewhere], -1).to(keys.dtype)
        # One product for both: the query against the key, and what an entry is worth that matches nothing.
        queries = torch.cat([self.query(states) / math.sqrt(self.c.dim), worth[..., :1], worth[..., n:n + 1]], -1)
        scores = (queries @ torch.cat([keys, kinds], -1).transpose(1, 2)).float()
        b, t, q, length = matches
        if not len(b):
            return scores
        # Picked from one flat list of float32: the gradient of plain indexing sorts millions of indices on a GPU.
        flat, at = worth.float().flatten(), (b * worth.shape[1] + t) * worth.shape[2] + elsewhere[b, q] * n
        gain = flat.index_select(0, at + length) - flat.index_select(0, at)
        return scores.flatten().index_add(0, (b * scores.shape[1] + t) * scores.shape[2] + q, gain).view_as(scores)


def find_matches(history, before, seen):
    """Where the tokens before an entry are the last ones written: (row, position, entry, how many tokens), each [matches].

    history [B,T,n]: the tokens up to a position, last first, −1 where there is none. before [B,Q,n]: those before an
    entry, nearest first, 0 where there is none. seen [B,T,Q]. Few entries match at all, so the rest is done on those few.
    """
    b, t, q = ((history[:, :, 0][:, :, None] == before[:, :, 0][:, None]) & seen).nonzero(as_tuple=True)
    length, going = torch.ones_like(b), torch.arange(len(b), device=b.device)
    for back in range(1, history.shape[2]):
        going = going[history[b[going], t[going], back] == before[b[going], q[going], back]]
        length[going] += 1
    return b, t, q, length


def shifts(tokens, count):
    """[..., L] → [..., L, count]: the token before each, the second before it …, 0 before the start."""
    return torch.stack([F.pad(tokens, (i, 0))[..., :tokens.shape[-1]] for i in range(1, count + 1)], -1)


NOT_READ = (PAD, MEM, MID)  # rows between the text above the cursor and what is written


def read_before(ids, count):
    """ids [B,T] → [B,T,count]: the text up to each position, last token first; −1 for marks and before the start."""
    kept = torch.stack([ids != mark for mark in NOT_READ]).all(0)
    place = kept.cumsum(1) + count - 1  # where a position's last token stands among those kept
    text = torch.where(ids >= SPECIALS, ids, torch.full_like(ids, -1))
    lined = torch.full((ids.shape[0], ids.shape[1] + count), -1, device=ids.device)
    # What is not kept is written where nothing is read: at the very start.
    lined = lined.scatter(1, torch.where(kept, place, torch.zeros_like(place)), torch.where(kept, text, torch.full_like(ids, -1)))
    return torch.stack([lined.gather(1, (place - back).clamp(min=0)) for back in range(count)], -1)


def mixture_loss(logits, scores, tokens, targets):
    """−log p(target). logits [N,V] and scores [N,Q] float32 (NEVER where an entry is out of sight), tokens [N,Q], targets [N]."""
    whole = torch.logaddexp(logits.logsumexp(-1), scores.logsumexp(-1))
    copied = scores.masked_fill(tokens != targets[:, None], NEVER).logsumexp(-1)
    return whole - torch.logaddexp(logits.gather(1, targets[:, None])[:, 0], copied)


def head(states, table, scores, entries, row, targets):
    """mixture_loss from states [n,W], token table [V,W], scores [n,Q], entries [B,Q] and the row [n] of each state."""
    return mixture_loss((states @ table.t().to(states.dtype)).float(), scores, entries[row], targets)


def mixture(logits, scores, tokens):
    """log p over the vocabulary [N,V]; arguments as in mixture_loss."""
    whole = torch.logaddexp(logits.logsumexp(-1), scores.logsumexp(-1))[:, None]
    return (logits - whole).exp().scatter_add(1, tokens, (scores - whole).exp()).log()


class Hef(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.model = Generator(config.generator)
        self.fuser = Fuser(config.fuser, config.generator.width)
        self.node = NodeFuser(config.fuser)
        self.projector = Projector(config.fuser, config.generator.width)
        self.pointer = Pointer(config.pointer, config.fuser, config.generator.width)
        self.log_temperature = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def fuse(self, batch):
        """All memory of a batch as one pool [pool, m] (leaves, file nodes, directory nodes), keys and queries."""
        table = self.fuser.table(self.model.embed_tokens.weight)
        leaves, keys, queries = self.fuser(batch.chunk_ids, batch.chunk_lengths, table)
        C, S, m = leaves.shape
        slices = (batch.chunk_lengths + self.config.fuser.sliceTokens - 1) // self.config.fuser.sliceTokens
        real = (torch.arange(S, device=leaves.device)[None] < slices[:, None])[..., None]
        means = (leaves * real).sum(1) / slices.clamp(min=1)[:, None]  # [C,m]
        pool, files = [leaves.reshape(C * S, m)], None
        if batch.file_chunks is not None:
            rows = means[batch.file_chunks.clamp(min=0)]  # [F,n,m]
            rows = torch.cat([rows, rows.new_zeros(*rows.shape[:2], self.config.fuser.width)], -1)
            files, file_keys = self.node(rows, batch.file_chunks >= 0, torch.arange(4, device=rows.device))
            pool.append(files.reshape(-1, m))
            child = files.mean(1)[batch.dir_files.clamp(min=0)]  # [D,n,m]
            names = F.embedding(batch.file_names.clamp(min=0), table) * (batch.file_names >= 0)[..., None]
            names = names.sum(1) / (batch.file_names >= 0).sum(1).clamp(min=1)[:, None]  # [F,d]
            rows = torch.cat([child, names[batch.dir_files.clamp(min=0)]], -1)
            directories, _ = self.node(rows, batch.dir_files >= 0, torch.arange(4, 6, device=rows.device))
            pool.append(directories.reshape(-1, m))
            pool.append(self.quarter_means(means, batch.file_chunks).reshape(-1, m))
        return torch.cat(pool), keys, queries, files

    def quarter_means(self, means, file_chunks):
        """[F,4,m]: what four vectors could say of a file without a node fuser, the means of its first chunks, second…"""
        present = file_chunks >= 0
        quarter = torch.arange(file_chunks.shape[1], device=means.device)[None] * 4 // present.sum(1, keepdim=True).clamp(min=1)
        share = (quarter[:, None] == torch.arange(4, device=means.device)[None, :, None]) & present[:, None]  # [F,4,n]
        share = torch.where(share.any(-1, keepdim=True), share, present[:, None]).to(means.dtype)  # fewer than four chunks: all of them
        return rms(share @ means[file_chunks.clamp(min=0)] / share.sum(-1, keepdim=True))

    def spell(self, memory):
        """Log-probabilities [n,V] of the tokens that memory vectors [n,m] stand for, read as the generator reads its states.

        Keeps pseudo-tokens in the space of token embeddings, where the generator's copying heads already work.
        """
        return self.model.logits(self.model.norm(self.projector(memory))).float().log_softmax(-1)

    def embed(self, batch, pool):
        """Input rows [B,T,W]: token embeddings, with pseudo-tokens where batch.memory [B,T] names a pool row (-1: none)."""
        x = self.model.embed_tokens(batch.ids)
        if pool is None:
            return x
        # As an embedding: the gradient of plain indexing adds up the many rows of no memory one after the other on a GPU.
        pseudo = F.embedding(batch.memory.clamp(min=0), self.projector(pool))
        return torch.where((batch.memory >= 0)[..., None], pseudo.to(x.dtype), x)

    def point(self, batch, states, pool, own=True, memory=True):
        """Scores [B,T,Q] of what each position may copy, and the entries' tokens [B,Q]; own, memory: which entries count.

        Entries: the row's own text up to <mid>, the text of its file further up, then the slice for each of its leaf
        vectors. Position t sees own entries up to t, and memory from its place on. Rows that reconstruct a chunk from its
        vectors see none.
        """
        ids, (B, T), size, reach = batch.ids, batch.ids.shape, self.config.fuser.sliceTokens, self.config.pointer.matchTokens
        tables = self.pointer.tables(self.fuser.table(self.model.embed_tokens.weight))
        at = torch.arange(T, device=ids.device)
        written = (ids == MID).cumsum(1) > 0
        entries = torch.where(ids >= SPECIALS, ids, torch.zeros_like(ids))
        before, elsewhere = shifts(entries, reach), (ids == PRE).cumsum(1) == 0
        seen = ((entries > 0) & ~written & own)[:, None, :] & (at[:, None] >= at)  # [B,T,T]
        if batch.far is not None and batch.far.shape[1]:
            entries = torch.cat([entries, batch.far], 1)
            before = torch.cat([before, shifts(batch.far, reach)], 1)
            elsewhere = F.pad(elsewhere, (0, batch.far.shape[1]))
            seen = torch.cat([seen, ((batch.far > 0) & own)[:, None].expand(B, T, -1)], 2)
        keys = self.pointer.keys(tables, entries, before[..., 0], before[..., 1] * (before[..., 0] > 0))
        C, L = batch.chunk_ids.shape
        leaf = (batch.memory >= 0) & (batch.memory < C * L // size) & memory & ~(batch.region == 3).any(1, keepdim=True)
        K = self.config.fuser.memoryBudget if ids.is_cuda else int(leaf.sum(1).max())
        if pool is not None and K:
            order = leaf.float().sort(dim=1, descending=True, stable=True)[1][:, :K]
            real, row = leaf.gather(1, order), batch.memory.gather(1, order).clamp(min=0)  # [B,K]
            row = torch.where(real, row, torch.zeros_like(row))
            slices, slices_before = batch.chunk_ids.view(-1, size), shifts(batch.chunk_ids, reach).view(-1, size, reach)
            slice_keys = self.pointer.keys(tables, slices, slices_before[..., 0], slices_before[..., 1], pool[:C * L // size, None])  # [C·S,16,p]
            copied = slices[row].flatten(1)  # [B,K·16]
            keys = torch.cat([keys, F.embedding(row, slice_keys.flatten(1)).view(B, -1, keys.shape[-1])], 1)
            reached = ((ids == MEM).cumsum(1) > 0)[:, :, None]
            seen = torch.cat([seen, reached & (real.repeat_interleave(size, 1) & (copied > 0))[:, None]], 2)
            entries, before = torch.cat([entries, copied], 1), torch.cat([before, slices_before[row].view(B, -1, reach)], 1)
            elsewhere = F.pad(elsewhere, (0, copied.shape[1]), value=True)
        matches = find_matches(read_before(ids, reach), before, seen)
        return self.pointer.scores(states, keys, elsewhere, matches).masked_fill(~seen, NEVER), entries


def load_model(path, device):
    """The model of a checkpoint of train.py, on a device."""
    state = torch.load(path, map_location=device)
    model = Hef(Config.of(state["config"])).to(device)
    model.load_state_dict(state["model"])
    return model
