/** The largest values of a stream; meant for some hundred at most. */
export interface Largest {
  add(value: number): void;
  /** The least of the `k` largest so far, -Infinity while there are fewer. */
  least(): number;
}

export function createLargest(k: number): Largest {
  // Ascending; the least of the k largest so far stands first.
  const largest = new Float64Array(k).fill(-Infinity);
  return {
    add(value) {
      if (!(value > largest[0]!)) return;
      let at = 0;
      for (; at + 1 < k && largest[at + 1]! < value; at++) largest[at] = largest[at + 1]!;
      largest[at] = value;
    },
    least: () => largest[0]!,
  };
}

/** The k-th largest of the values, or -Infinity where there are fewer than k. */
export function kthLargest(values: ArrayLike<number>, k: number): number {
  const largest = createLargest(k);
  for (let i = 0; i < values.length; i++) largest.add(values[i]!);
  return largest.least();
}
