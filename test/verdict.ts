/** What one test file's process said, read strictly: uvu alone can end well although tests failed or never ran. */

export interface Ended {
  /** Exit code; null when killed by a signal. */
  code: number | null;
  signal: string | null;
  timedOut: boolean;
  /** stdout and stderr in the order they came. */
  output: string;
}

export interface Verdict {
  passed: number;
  failed: number;
  skipped: number;
  /** Why the file failed, one line; null when it passed. */
  why: string | null;
}

/** Judges a test file. Every doubt is a failure, and a failed file counts at least one failed test. */
export function judge(ended: Ended): Verdict {
  const totals = summary(ended.output);
  const passed = totals?.passed ?? 0;
  const skipped = totals?.skipped ?? 0;
  const missing = (totals?.total ?? 0) - passed;
  const why = reason(ended, totals, missing);
  return { passed, skipped, failed: why === null ? 0 : Math.max(1, missing), why };
}

interface Totals {
  total: number;
  passed: number;
  skipped: number;
}

function reason(ended: Ended, totals: Totals | null, missing: number): string | null {
  if (ended.timedOut) return 'ran past its time limit and was killed';
  if (ended.signal !== null) return `died of ${ended.signal}`;
  if (totals === null) return `printed no summary (exit code ${ended.code})`;
  if (totals.total === 0) return 'ran no test';
  if (missing > 0) return `${missing} of ${totals.total} tests failed`;
  if (ended.code !== 0) return `all tests passed, but the process ended with exit code ${ended.code}`;
  return null;
}

/** uvu's last summary: `Total: n`, `Passed: n`, `Skipped: n`. */
function summary(output: string): Totals | null {
  const plain = output.replace(/\u001b\[[0-9;]*m/g, '');
  const found = [...plain.matchAll(/^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)$/gm)].at(-1);
  if (found === undefined) return null;
  return { total: Number(found[1]), passed: Number(found[2]), skipped: Number(found[3]) };
}
