import type { GeneratorShape } from '../../models/bundle/manifest.js';
import type { Weights } from '../../models/bundle/read.js';
import { writeGguf, type GgufTensor, type Metadata, type NumberType } from './gguf.js';

/** What llama.cpp calls the numbers of a whole file. */
const fileTypes: Record<NumberType, number> = { f32: 0, f16: 1, q8_0: 7 };

/**
 * A bundle's generator as a GGUF file that llama.cpp runs: the same layers and head, without the projector of memory
 * vectors and without the pointer, of which llama.cpp knows nothing. Matrices get the given type, gains and biases stay float32. There
 * is no tokenizer in it: llama.cpp then takes token ids alone, which is all its benchmark does.
 */
export function ggufGenerator(shape: GeneratorShape, weights: Weights, type: NumberType): Uint8Array {
  const { layers, width, heads, kvHeads, headDim, mlp, vocab } = shape;
  const metadata: Metadata = {
    'general.architecture': 'llama',
    'general.name': 'hefc generator',
    'general.file_type': { uint32: fileTypes[type] },
    'llama.vocab_size': { uint32: vocab },
    'llama.context_length': { uint32: shape.contextTokens },
    'llama.embedding_length': { uint32: width },
    'llama.block_count': { uint32: layers },
    'llama.feed_forward_length': { uint32: mlp },
    'llama.attention.head_count': { uint32: heads },
    'llama.attention.head_count_kv': { uint32: kvHeads },
    'llama.attention.key_length': { uint32: headDim },
    'llama.attention.value_length': { uint32: headDim },
    'llama.attention.layer_norm_rms_epsilon': { float32: shape.rmsEps },
    'llama.rope.dimension_count': { uint32: headDim },
    'llama.rope.freq_base': { float32: shape.ropeTheta },
    'tokenizer.ggml.model': 'none',
  };
  const tensors = new Map<string, GgufTensor>();
  const add = (name: string, source: string, extents: number[], change: (values: Float32Array) => Float32Array = (values) => values): void => {
    tensors.set(name, { shape: extents, values: change(weights.get(source, extents)), type: extents.length === 1 ? 'f32' : type });
  };
  add('token_embd.weight', 'model.embed_tokens.weight', [vocab, width]);
  add('output_norm.weight', 'model.norm.weight', [width]);
  // Without this tensor the head is the embedding.
  if (!shape.tied) add('output.weight', 'lm_head.weight', [vocab, width]);
  for (let layer = 0; layer < layers; layer++) {
    const to = `blk.${layer}`;
    const from = `model.layers.${layer}`;
    add(`${to}.attn_norm.weight`, `${from}.input_layernorm.weight`, [width]);
    add(`${to}.ffn_norm.weight`, `${from}.post_attention_layernorm.weight`, [width]);
    for (const [part, count] of [['q', heads], ['k', kvHeads], ['v', kvHeads]] as const) {
      const turn = part === 'v' ? undefined : (values: Float32Array) => pairHalves(values, headDim, values.length / (count * headDim));
      add(`${to}.attn_${part}.weight`, `${from}.self_attn.${part}_proj.weight`, [count * headDim, width], turn);
      if (shape.attentionBias) add(`${to}.attn_${part}.bias`, `${from}.self_attn.${part}_proj.bias`, [count * headDim], turn);
    }
    add(`${to}.attn_output.weight`, `${from}.self_attn.o_proj.weight`, [width, heads * headDim]);
    for (const part of ['gate', 'up'] as const) add(`${to}.ffn_${part}.weight`, `${from}.mlp.${part}_proj.weight`, [mlp, width]);
    add(`${to}.ffn_down.weight`, `${from}.mlp.down_proj.weight`, [width, mlp]);
  }
  return writeGguf(metadata, tensors);
}

/**
 * Reorders the rows of each head, [heads · headDim, columns]: our rotation turns row i with row i + headDim / 2, llama.cpp's
 * for this architecture row 2i with row 2i + 1.
 */
export function pairHalves(values: Float32Array, headDim: number, columns: number): Float32Array {
  const half = headDim / 2;
  const paired = new Float32Array(values.length);
  for (let row = 0; row * columns < values.length; row++) {
    const within = row % headDim;
    const to = row - within + (within < half ? 2 * within : 2 * (within - half) + 1);
    paired.set(values.subarray(row * columns, (row + 1) * columns), to * columns);
  }
  return paired;
}
