/** The k-th largest of the values, or -Infinity where there are fewer than k. One pass; meant for a k of some hundred at most. */
export function kthLargest(values: ArrayLike<number>, k: number): number {
  // Ascending; the least of the k largest so far stands first.
  const largest = new Float64Array(k).fill(-Infinity);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value > largest[0]!)) continue;
    let at = 0;
    for (; at + 1 < k && largest[at + 1]! < value; at++) largest[at] = largest[at + 1]!;
    largest[at] = value;
  }
  return largest[0]!;
}
