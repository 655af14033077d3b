/** Cuts a file's lines into chunks of bounded size at the least total cost. */

/**
 * Dynamic programme over line boundaries: each chunk costs 1 plus the cost of the cut it begins with, and holds at most
 * `limit` tokens, or one line whatever its size.
 * @param tokenSums length lines + 1, strictly increasing
 * @param costs length lines
 * @returns first line of every chunk, ascending; empty for no lines
 */
export function packLines(tokenSums: Float64Array, costs: Float64Array, limit: number): number[] {
  const count = costs.length;
  const best = new Float64Array(count + 1);
  const from = new Int32Array(count + 1);
  let lowest = 0;
  for (let end = 1; end <= count; end++) {
    while (lowest < end - 1 && tokenSums[end]! - tokenSums[lowest]! > limit) lowest++;
    let least = Infinity;
    for (let start = lowest; start < end; start++) {
      const cost = best[start]! + 1 + (start === 0 ? 0 : costs[start]!);
      if (cost < least) {
        least = cost;
        from[end] = start;
      }
    }
    best[end] = least;
  }
  const starts: number[] = [];
  for (let end = count; end > 0; end = from[end]!) starts.push(from[end]!);
  return starts.reverse();
}
