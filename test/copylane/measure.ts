/**
 * Exact match of the copy lane alone: `node dist/test/copylane/measure.js TASKS.jsonl REPOS [--copies]
 * [--fill-in]`.
 * TASKS holds pointers {repo, commit, path, line}; REPOS holds bare repositories `owner+name/repo`. Left-only prompts; with
 * `--fill-in` what follows the line is known too. `--copies` lets
 * identical copies of the edited file elsewhere in the tree be copied from, which the product does not.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createCopyLane } from '../../daemon/copylane/propose.js';
import { firstLine, openCommit, promptOf, repositoryFolder, type LineTask } from './replay.js';

interface Row {
  tasks: number;
  exact: number;
  among: number;
  /** Sum of the first candidates' scores: what the chooser itself expects `exact` to be. */
  expected: number;
  ms: number[];
}

const { values: flags, positionals: [tasksFile, repos] } = parseArgs({ allowPositionals: true, options: { copies: { type: 'boolean' }, 'fill-in': { type: 'boolean' } } });
if (!tasksFile || !repos) {
  console.error('usage: node dist/test/copylane/measure.js TASKS.jsonl REPOS [--copies] [--fill-in]');
  process.exit(2);
}
const tasks = readFileSync(tasksFile, 'utf8').split('\n').filter(Boolean).map((row) => JSON.parse(row) as LineTask & { repo: string; commit: string });
const rows = new Map<string, Row>();
for (const key of new Set(tasks.map((task) => `${task.repo}@${task.commit}`))) {
  const [repo, commit] = key.split('@') as [string, string];
  const opened = await openCommit(repositoryFolder(repos, repo), commit, { copiesApart: flags.copies === true });
  const lane = createCopyLane(opened.index, opened.tokens, opened.read);
  const row: Row = { tasks: 0, exact: 0, among: 0, expected: 0, ms: [] };
  rows.set(repo, row);
  for (const task of tasks.filter((one) => one.repo === repo && one.commit === commit)) {
    const text = opened.text(task.path);
    if (text === undefined) throw new Error(`${repo} has no ${task.path} at ${commit}`);
    const { prefix, suffix, target } = promptOf(text, task.line);
    const started = performance.now();
    const candidates = await lane.propose({ prefix, suffix: flags['fill-in'] ? suffix : null, path: task.path });
    row.ms.push(performance.now() - started);
    row.tasks++;
    row.expected += candidates[0]?.score ?? 0;
    if (candidates[0] && firstLine(candidates[0].text) === target) row.exact++;
    if (candidates.some((candidate) => firstLine(candidate.text) === target)) row.among++;
  }
}

const percent = (part: number, whole: number): string => ((100 * part) / whole).toFixed(1).padStart(8);
console.log(`${'repository'.padEnd(28)}${'tasks'.padStart(6)}${'EM'.padStart(8)}${'among 8'.padStart(8)}${'expected'.padStart(9)}${'p50 ms'.padStart(8)}${'p95 ms'.padStart(8)}`);
const total: Row = { tasks: 0, exact: 0, among: 0, expected: 0, ms: [] };
for (const [repo, row] of rows) {
  print(repo, row);
  for (const field of ['tasks', 'exact', 'among', 'expected'] as const) total[field] += row[field];
  total.ms.push(...row.ms);
}
print('all', total);

function print(name: string, row: Row): void {
  const ms = row.ms.toSorted((a, b) => a - b);
  const at = (share: number): string => ms[Math.min(ms.length - 1, Math.floor(share * ms.length))]!.toFixed(1).padStart(8);
  console.log(`${name.padEnd(28)}${String(row.tasks).padStart(6)}${percent(row.exact, row.tasks)}${percent(row.among, row.tasks)} ${percent(row.expected, row.tasks)}${at(0.5)}${at(0.95)}`);
}
