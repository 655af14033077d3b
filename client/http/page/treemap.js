/**
 * Squarified treemap (Bruls, Huizing and van Wijk, 2000): rectangles of areas in proportion to weights, as square as a row
 * by row filling makes them.
 */

/** `weights` above 0, in descending order. Returns {x, y, width, height} of each, filling the given rectangle. */
export function squarify(weights, { x, y, width, height }) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const areas = weights.map((weight) => (weight * width * height) / total);
  const placed = [];
  const left = { x, y, width, height };
  for (let from = 0; from < areas.length; ) {
    const side = Math.min(left.width, left.height);
    let to = from + 1;
    let sum = areas[from];
    // One more as long as the least square of the row gets no worse.
    while (to < areas.length && worst(areas[from], areas[to], sum + areas[to], side) <= worst(areas[from], areas[to - 1], sum, side)) sum += areas[to++];
    placeRow(areas.slice(from, to), sum, left, placed);
    from = to;
  }
  return placed;
}

function worst(largest, smallest, sum, side) {
  const square = side * side;
  return Math.max((square * largest) / (sum * sum), (sum * sum) / (square * smallest));
}

/** Fills the shorter side of what is left, and takes the row off it. */
function placeRow(areas, sum, left, placed) {
  const upright = left.width >= left.height;
  const depth = sum / (upright ? left.height : left.width) || 0;
  let along = upright ? left.y : left.x;
  for (const area of areas) {
    const length = area / depth || 0;
    placed.push(upright ? { x: left.x, y: along, width: depth, height: length } : { x: along, y: left.y, width: length, height: depth });
    along += length;
  }
  if (upright) {
    left.x += depth;
    left.width -= depth;
  } else {
    left.y += depth;
    left.height -= depth;
  }
}
