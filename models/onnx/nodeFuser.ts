import type { FuserShape, Precision } from '../bundle/manifest.js';
import type { Weights } from '../bundle/read.js';
import { encoder, rmsNorm, unitLength } from './encoder.js';
import { createGraph } from './graph.js';
import { linear } from './linear.js';

/**
 * Builds the graph that fuses one file or directory node from its parts.
 *
 * Inputs
 *   rows    f32 [n, memoryDim + width]   a part each: the mean of its memory vectors, then the mean embedding of its name (zeros for a leaf)
 *   queries int64 [q]                    which learned queries: 0 … fileVectors − 1 for a file, the rest for a directory
 * Outputs
 *   memory  f32 [q, memoryDim]
 *   key     f32 [keyDim]   unit length
 */
export function buildNodeFuser(shape: FuserShape, weights: Weights, precision: Precision): Uint8Array {
  const { nodeWidth, memoryDim, keyDim } = shape;
  const rowDim = memoryDim + shape.width;
  const queryCount = shape.fileVectors + shape.directoryVectors;
  const graph = createGraph('node');
  const rows = graph.input('rows', 'float32', ['n', rowDim]);
  const queries = graph.input('queries', 'int64', ['q']);
  const shapeOf = (...extents: number[]): string => graph.constant(extents, [extents.length]);

  const asked = graph.node('Gather', [graph.constant(weights.get('node.queries.weight', [queryCount, nodeWidth]), [queryCount, nodeWidth]), queries], { axis: 0 });
  const entered = linear(graph, rows, weights.get('node.in.weight', [nodeWidth, rowDim]), nodeWidth, rowDim, precision);
  const sequence = graph.node('Unsqueeze', [graph.node('Concat', [asked, entered], { axis: 0 }), shapeOf(0)]);
  const encoded = encoder(graph, sequence, null, 'node', { layers: shape.nodeLayers, width: nodeWidth, heads: shape.nodeHeads, mlp: shape.nodeMlp }, weights, precision);
  const states = graph.node('Slice', [graph.node('Squeeze', [encoded, shapeOf(0)]), shapeOf(0), graph.node('Shape', [queries]), shapeOf(0)]);
  rmsNorm(graph, linear(graph, states, weights.get('node.memory.weight', [memoryDim, nodeWidth]), memoryDim, nodeWidth, precision), memoryDim, undefined, 'memory');
  graph.output('memory', 'float32', ['q', memoryDim]);
  const mean = graph.node('ReduceMean', [states, shapeOf(0)], { keepdims: 1 });
  const key = linear(graph, mean, weights.get('node.key.weight', [keyDim, nodeWidth]), keyDim, nodeWidth, precision);
  graph.node('Squeeze', [unitLength(graph, key, 'keyRow'), shapeOf(0)], {}, 'key');
  graph.output('key', 'float32', [keyDim]);
  return graph.bytes();
}
