/**
 * Trains the chooser's network: softmax over a request's candidates and "none", cross entropy with the right one, AdamW
 * with a rate that rises and falls once. Deterministic.
 */
export interface Request {
  /** [candidate][feature] */
  rows: readonly Float32Array[];
  right: readonly boolean[];
}

export interface Network {
  hidden: number;
  /** [feature · hidden + unit] */
  input: Float64Array;
  hiddenBias: Float64Array;
  output: Float64Array;
  outputBias: number;
}

const BATCH = 128;
const HIGHEST_RATE = 6e-3;
const DECAY = 0.3;
const WARM_UP = 0.3;
const [BETA1, BETA2] = [0.9, 0.999];

export function trainNetwork(requests: readonly Request[], features: number, options: { hidden: number; epochs: number }): Network {
  const { hidden, epochs } = options;
  const scale = scales(requests, features);
  const random = seeded(7);
  const bias = features * hidden;
  const output = bias + hidden;
  const size = output + hidden + 1;
  const weights = Float64Array.from({ length: size }, (_, k) => (k < bias ? (2 * random() - 1) / Math.sqrt(features) : k < output ? 0 : k < size - 1 ? (2 * random() - 1) / Math.sqrt(hidden) : 0));
  const gradient = new Float64Array(size);
  const first = new Float64Array(size);
  const second = new Float64Array(size);
  const scaled = requests.map(({ rows, right }) => ({ right, rows: rows.map((row) => row.map((value, f) => value * scale[f]!)) }));
  const order = scaled.map((_, k) => k);
  const steps = epochs * Math.floor(order.length / BATCH);
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let k = order.length - 1; k > 0; k--) {
      const other = Math.floor(random() * (k + 1));
      [order[k], order[other]] = [order[other]!, order[k]!];
    }
    for (let start = 0; start + BATCH <= order.length; start += BATCH) {
      gradient.fill(0);
      for (let k = start; k < start + BATCH; k++) addGradient(scaled[order[k]!]!, weights, gradient, features, hidden);
      const at = step++ / steps;
      const rate = HIGHEST_RATE * (at < WARM_UP ? at / WARM_UP : (1 + Math.cos((Math.PI * (at - WARM_UP)) / (1 - WARM_UP))) / 2) + 1e-6;
      for (let i = 0; i < size; i++) {
        const g = gradient[i]! / BATCH;
        first[i] = BETA1 * first[i]! + (1 - BETA1) * g;
        second[i] = BETA2 * second[i]! + (1 - BETA2) * g * g;
        const move = first[i]! / (1 - BETA1 ** step) / (Math.sqrt(second[i]! / (1 - BETA2 ** step)) + 1e-8);
        weights[i]! -= rate * (move + DECAY * weights[i]!);
      }
    }
  }
  return {
    hidden,
    input: weights.slice(0, bias).map((weight, k) => weight * scale[Math.floor(k / hidden)]!),
    hiddenBias: weights.slice(bias, output),
    output: weights.slice(output, size - 1),
    outputBias: weights[size - 1]!,
  };
}

/** Probabilities of a request's candidates. */
export function judge(network: Network, rows: readonly Float32Array[]): number[] {
  const { hidden, input, hiddenBias, output, outputBias } = network;
  const exps = rows.map((row) => {
    let score = outputBias;
    for (let unit = 0; unit < hidden; unit++) {
      let sum = hiddenBias[unit]!;
      for (let f = 0; f < row.length; f++) sum += row[f]! * input[f * hidden + unit]!;
      if (sum > 0) score += sum * output[unit]!;
    }
    return Math.exp(score);
  });
  const all = exps.reduce((sum, one) => sum + one, 1);
  return exps.map((one) => one / all);
}

function addGradient({ rows, right }: Request, weights: Float64Array, gradient: Float64Array, features: number, hidden: number): void {
  const bias = features * hidden;
  const output = bias + hidden;
  const count = rows.length;
  if (count === 0) return;
  const units = new Float64Array(count * hidden);
  const chances = new Float64Array(count);
  let most = 0;
  for (let c = 0; c < count; c++) {
    const row = rows[c]!;
    const at = c * hidden;
    for (let unit = 0; unit < hidden; unit++) units[at + unit] = weights[bias + unit]!;
    for (let f = 0; f < features; f++) {
      const value = row[f]!;
      if (value === 0) continue;
      for (let unit = 0, w = f * hidden; unit < hidden; unit++, w++) units[at + unit]! += value * weights[w]!;
    }
    let score = weights[output + hidden]!;
    for (let unit = 0; unit < hidden; unit++) if (units[at + unit]! > 0) score += units[at + unit]! * weights[output + unit]!;
    chances[c] = score;
    most = Math.max(most, score);
  }
  let sum = Math.exp(-most);
  for (let c = 0; c < count; c++) sum += chances[c] = Math.exp(chances[c]! - most);
  const rights = right.filter(Boolean).length;
  const back = new Float64Array(hidden);
  for (let c = 0; c < count; c++) {
    const error = chances[c]! / sum - (right[c] ? 1 / rights : 0);
    if (Math.abs(error) < 1e-5) continue;
    const at = c * hidden;
    gradient[output + hidden]! += error;
    for (let unit = 0; unit < hidden; unit++) {
      const active = units[at + unit]! > 0;
      if (active) gradient[output + unit]! += error * units[at + unit]!;
      back[unit] = active ? error * weights[output + unit]! : 0;
      gradient[bias + unit]! += back[unit]!;
    }
    const row = rows[c]!;
    for (let f = 0; f < features; f++) {
      const value = row[f]!;
      if (value === 0) continue;
      for (let unit = 0, w = f * hidden; unit < hidden; unit++, w++) gradient[w]! += value * back[unit]!;
    }
  }
}

/** One over each feature's standard deviation. */
function scales(requests: readonly Request[], features: number): Float64Array {
  const sum = new Float64Array(features);
  const squares = new Float64Array(features);
  let count = 0;
  for (const { rows } of requests) {
    for (const row of rows) {
      count++;
      for (let f = 0; f < features; f++) {
        sum[f]! += row[f]!;
        squares[f]! += row[f]! ** 2;
      }
    }
  }
  return sum.map((one, f) => 1 / (Math.sqrt(Math.max(0, squares[f]! / count - (one / count) ** 2)) + 1e-2));
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
