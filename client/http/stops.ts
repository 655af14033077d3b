/** Cuts a text that comes in pieces at the first of some stop strings. */
export interface StopCutter {
  /** Adds a piece; returns what can be given out: nothing of it may still become part of a stop string. */
  push(piece: string): string;
  /** The end: what was held back. */
  rest(): string;
  /** The stop string that was met. */
  met(): string | undefined;
}

export function createStopCutter(given: readonly string[]): StopCutter {
  const stops = given.filter((stop) => stop !== '');
  const longest = Math.max(0, ...stops.map((stop) => stop.length));
  let held = '';
  let met: string | undefined;

  return {
    push(piece) {
      if (met !== undefined) return '';
      held += piece;
      let first = Infinity;
      for (const stop of stops) {
        const at = held.indexOf(stop);
        if (at >= 0 && at < first) {
          first = at;
          met = stop;
        }
      }
      const end = met !== undefined ? first : Math.max(0, held.length - Math.max(0, longest - 1));
      const out = held.slice(0, end);
      held = met !== undefined ? '' : held.slice(end);
      return out;
    },
    rest() {
      const out = held;
      held = '';
      return out;
    },
    met: () => met,
  };
}
