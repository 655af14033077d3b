import * as wire from './protobuf.js';

/** ONNX element types used here, by their number in TensorProto.DataType. */
export const elementTypes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10 } as const;
export type ElementType = keyof typeof elementTypes;

export type Attribute = number | { float: number } | { text: string } | number[];
/** A number is a fixed extent, a string names a free one. */
export type Extent = number | string;

export interface Graph {
  /** Declares a graph input and returns its name. */
  input(name: string, type: ElementType, shape: Extent[]): string;
  /** Declares that a value made by a node is a graph output. */
  output(name: string, type: ElementType, shape: Extent[]): void;
  /** Adds a constant; equal small constants are stored once. Returns its name. */
  constant(data: Float32Array | Uint8Array | Int8Array | number[], shape: number[], name?: string): string;
  /** Adds a node with one output and returns the output's name. */
  node(operator: string, inputs: string[], attributes?: Record<string, Attribute>, name?: string): string;
  /** Adds a node with several outputs and returns their names; `unused` ones are left out ('' in their place). */
  nodes(operator: string, inputs: string[], outputs: number, attributes?: Record<string, Attribute>, unused?: number[]): string[];
  /** The graph as the bytes of an ONNX model. */
  bytes(): Uint8Array;
}

/** Operators outside the ONNX standard, all of them ONNX Runtime's own. */
const runtimeOperators = new Set(['DynamicQuantizeMatMul', 'SkipSimplifiedLayerNormalization', 'QuickGelu', 'MultiHeadAttention']);

/** Starts an empty ONNX graph (IR 10, operator set 23). */
export function createGraph(name: string): Graph {
  const graph = wire.message();
  wire.text(graph, 2, name);
  const known = new Map<string, string>();
  let made = 0;

  function valueInfo(valueName: string, type: ElementType, shape: Extent[]): wire.Message {
    const dims = wire.message();
    for (const extent of shape) {
      const dim = wire.message();
      if (typeof extent === 'number') wire.integer(dim, 1, extent);
      else wire.text(dim, 2, extent);
      wire.nested(dims, 1, dim);
    }
    const tensor = wire.message();
    wire.integer(tensor, 1, elementTypes[type]);
    wire.nested(tensor, 2, dims);
    const typeProto = wire.message();
    wire.nested(typeProto, 1, tensor);
    const info = wire.message();
    wire.text(info, 1, valueName);
    wire.nested(info, 2, typeProto);
    return info;
  }

  function attributeProto(key: string, value: Attribute): wire.Message {
    const proto = wire.message();
    wire.text(proto, 1, key);
    if (Array.isArray(value)) {
      for (const each of value) wire.integer(proto, 8, each);
      wire.integer(proto, 20, 7);
    } else if (typeof value === 'number') {
      wire.integer(proto, 3, value);
      wire.integer(proto, 20, 2);
    } else if ('text' in value) {
      wire.text(proto, 4, value.text);
      wire.integer(proto, 20, 3);
    } else {
      wire.float(proto, 2, value.float);
      wire.integer(proto, 20, 1);
    }
    return proto;
  }

  function nodes(operator: string, inputs: string[], outputs: number, attributes: Record<string, Attribute> = {}, unused: number[] = [], outputName?: string): string[] {
    const names = Array.from({ length: outputs }, (_, i) => (unused.includes(i) ? '' : (outputName ?? `v${made++}`)));
    const proto = wire.message();
    for (const each of inputs) wire.text(proto, 1, each);
    for (const each of names) wire.text(proto, 2, each);
    wire.text(proto, 3, `${operator}_${names[0]}`);
    wire.text(proto, 4, operator);
    for (const [key, value] of Object.entries(attributes)) wire.nested(proto, 5, attributeProto(key, value));
    if (runtimeOperators.has(operator)) wire.text(proto, 7, 'com.microsoft');
    wire.nested(graph, 1, proto);
    return names;
  }

  return {
    input(valueName, type, shape) {
      wire.nested(graph, 11, valueInfo(valueName, type, shape));
      return valueName;
    },
    output(valueName, type, shape) {
      wire.nested(graph, 12, valueInfo(valueName, type, shape));
    },
    constant(data, shape, constantName) {
      const typed = Array.isArray(data) ? BigInt64Array.from(data, (each) => BigInt(each)) : data;
      const type: ElementType =
        typed instanceof BigInt64Array ? 'int64' : typed instanceof Float32Array ? 'float32' : typed instanceof Int8Array ? 'int8' : 'uint8';
      const key = typed.length <= 16 && constantName === undefined ? `${type}[${shape.join()}]=${typed.join()}` : null;
      const before = key === null ? undefined : known.get(key);
      if (before !== undefined) return before;
      const valueName = constantName ?? `c${made++}`;
      if (key !== null) known.set(key, valueName);
      const proto = wire.message();
      for (const extent of shape) wire.integer(proto, 1, extent);
      wire.integer(proto, 2, elementTypes[type]);
      wire.text(proto, 8, valueName);
      wire.bytes(proto, 9, new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength));
      wire.nested(graph, 5, proto);
      return valueName;
    },
    node(operator, inputs, attributes, outputName) {
      return nodes(operator, inputs, 1, attributes, [], outputName)[0]!;
    },
    nodes,
    bytes() {
      const model = wire.message();
      wire.integer(model, 1, 10);
      wire.text(model, 2, 'hefc');
      wire.nested(model, 7, graph);
      for (const [domain, version] of [['', 23], ['com.microsoft', 1]] as const) {
        const operatorSet = wire.message();
        wire.text(operatorSet, 1, domain);
        wire.integer(operatorSet, 2, version);
        wire.nested(model, 8, operatorSet);
      }
      return wire.join(model);
    },
  };
}
