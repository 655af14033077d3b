/** log Σ exp over the chosen entries. */
export function logSum(row: Float32Array, indexes: readonly number[]): number {
  let largest = -Infinity;
  for (const index of indexes) largest = Math.max(largest, row[index]!);
  let sum = 0;
  for (const index of indexes) sum += Math.exp(row[index]! - largest);
  return largest + Math.log(sum);
}
