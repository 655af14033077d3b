/** Output: JSON for programs, plain lines for people. */

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function print(...lines: string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

/** 1234567 → '1.2 MB'. Powers of 1000. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? `${bytes} B` : `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** 93456 → '1 min 33 s'. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
}

/** { binary: 2, huge: 1 } → '2 binary, 1 huge'; '' for none. */
export function counts(byReason: Record<string, number>): string {
  const some = Object.entries(byReason).filter(([, count]) => count > 0);
  return some.sort((a, b) => b[1] - a[1]).map(([reason, count]) => `${count} ${reason}`).join(', ');
}

/** A node as people name it: `src/a.ts:10-20`, `src/`, `the whole repository`. Lines are 1-based, end inclusive. */
export function nodeName(name: string, level: string, lines?: [number, number]): string {
  const path = harmless(name);
  if (level === 'directory') return path === '' ? 'the whole repository' : `${path}/`;
  return lines === undefined ? path : `${path}:${lines[0]}-${lines[1]}`;
}

/** File names and source text may hold escape sequences and characters that reorder a line; a terminal must not obey them. */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?');
}
