import type { Plan } from './fixtures.js';

/** Six trees that overlap. */
export function planOfRound(round: number): Plan {
  return Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`d${at % 4}/f${at}.py`, round * 10 + at]));
}
