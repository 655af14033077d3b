/** How fast a cost grows: slopes of straight lines, between neighbouring points and through all of them. */

export interface Point {
  x: number;
  y: number;
}

/** Slope of the line with the least squared error; NaN of fewer than two different x. */
export function slope(points: readonly Point[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))];
  const square = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  return square === 0 ? NaN : points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / square;
}

export interface Growth {
  /** Exponent b of y = a · x^b through all points: 0 is flat, 1 in proportion. */
  overall: number;
  /** The same between each point and the next. */
  segments: { from: number; to: number; exponent: number }[];
}

/** Fits the logarithm of y on the logarithm of x; points that have none are left out. Points in any order. */
export function growthOf(points: readonly Point[]): Growth {
  const found = points.filter(({ x, y }) => x > 0 && y > 0).sort((a, b) => a.x - b.x);
  const logs = found.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  return {
    overall: slope(logs),
    segments: found.slice(1).map(({ x }, at) => ({ from: found[at]!.x, to: x, exponent: slope(logs.slice(at, at + 2)) })),
  };
}
