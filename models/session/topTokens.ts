/** The `count` most probable tokens among those allowed, best first; of equals the one of the lower id. */
export function topTokens(row: Float32Array, count: number, allowed: (token: number) => boolean): number[] {
  const tokens: number[] = [];
  let least = -Infinity;
  for (let token = 0; token < row.length; token++) {
    const value = row[token]!;
    if (value <= least || !allowed(token)) continue;
    let at = tokens.length;
    while (at > 0 && row[tokens[at - 1]!]! < value) at--;
    tokens.splice(at, 0, token);
    if (tokens.length > count) tokens.pop();
    if (tokens.length === count) least = row[tokens.at(-1)!]!;
  }
  return tokens;
}
