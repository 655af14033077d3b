/**
 * Two copiers to compare the lane with, under the lane's own exclusion of the edited file:
 * `node dist/test/copylane/baselines.js TASKS.jsonl REPOS [--copies]`. Arguments as measure.ts. Left-only prompts.
 *
 * crude  the longest run of equal preceding lines anywhere in the tree or above the cursor; the line after it
 * shape  the longest run of preceding lines of equal shape (of those the longest equal run); the line after it, renamed
 *        as the two runs differ. Its candidates are the first eight different lines of that order.
 *
 * Among equally long runs the open file comes first, then the line that follows most often.
 */
import { readFileSync } from 'node:fs';
import { editedFile } from '../../daemon/copylane/editedFile.js';
import { splitLines } from '../../daemon/copylane/lineHash.js';
import { readPrompt, type HashedLines, type Prompt } from '../../daemon/copylane/promptLines.js';
import { carryOver, learnRenaming } from '../../daemon/copylane/renaming.js';
import { firstLine, openCommit, promptOf, repositoryFolder, type LineTask, type OpenedCommit } from './replay.js';

const LONGEST_RUN = 32;
const CANDIDATES = 8;

/** A line after a run like the cursor's. */
interface Found {
  exactRun: number;
  shapeRun: number;
  own: boolean;
  /** What would be copied, as it stands there. */
  line: string;
  above: readonly string[];
}

type Lines = Pick<HashedLines, 'exact' | 'shape'>;

async function runsOf(opened: OpenedCommit, prompt: Prompt, path: string, prefix: string): Promise<Found[]> {
  const { index } = opened;
  const edited = editedFile(index, path, prefix, null);
  const found: Found[] = [];
  const { above } = prompt;
  for (let end = 1; end + 1 < above.exact.length; end++) {
    const runs = measure(above, end, prompt);
    if (runs.shapeRun > 0) found.push({ ...runs, own: true, line: above.text[end + 1]!.trim(), above: above.text.slice(1, end + 1).reverse() });
  }
  for (let end = 1; end + 1 < index.exact.length; end++) {
    if (index.exact[end] === 0 || index.exact[end + 1] === 0 || index.shape[end]! >>> 8 !== prompt.shape[0]! >>> 8) continue;
    const place = index.place(end, edited);
    if (!place) continue;
    const lines = splitLines((await opened.read(place.oid)) ?? '');
    const runs = measure(index, end, prompt);
    const context: string[] = [];
    for (let k = 0; k < runs.shapeRun; k++) context.push(lines[index.line[end - k]!]!);
    found.push({ ...runs, own: false, line: lines[index.line[end + 1]!]!.trim(), above: context });
  }
  return found;
}

function measure(lines: Lines, end: number, prompt: Prompt): { exactRun: number; shapeRun: number } {
  const depth = Math.min(prompt.exact.length, LONGEST_RUN);
  let exactRun = 0;
  while (exactRun < depth && lines.exact[end - exactRun] === prompt.exact[exactRun]) exactRun++;
  let shapeRun = 0;
  while (shapeRun < depth && lines.exact[end - shapeRun] && lines.shape[end - shapeRun]! >>> 8 === prompt.shape[shapeRun]! >>> 8) shapeRun++;
  return { exactRun, shapeRun };
}

/** Different lines in order of their best run, then of the file, then of how often they follow. */
function ranked(found: readonly Found[], order: (one: Found) => number, line: (one: Found) => string): string[] {
  const votes = new Map<string, { order: number; own: boolean; count: number }>();
  for (const one of found) {
    const text = line(one);
    const known = votes.get(text);
    if (!known || order(one) > known.order) votes.set(text, { order: order(one), own: one.own, count: 1 });
    else if (order(one) === known.order) {
      known.own ||= one.own;
      known.count++;
    }
  }
  return [...votes].sort(([, a], [, b]) => b.order - a.order || Number(b.own) - Number(a.own) || b.count - a.count).map(([text]) => text);
}

const [tasksFile, repos, copies] = process.argv.slice(2);
if (!tasksFile || !repos) {
  console.error('usage: node dist/test/copylane/baselines.js TASKS.jsonl REPOS [--copies]');
  process.exit(2);
}
const tasks = readFileSync(tasksFile, 'utf8').split('\n').filter(Boolean).map((row) => JSON.parse(row) as LineTask & { repo: string; commit: string });
const header = ['tasks', 'crude EM', 'shape EM', 'among 8', 'among all'];
console.log(`${'repository'.padEnd(28)}${header.map((one) => one.padStart(10)).join('')}`);
const total = new Float64Array(5);
for (const key of new Set(tasks.map((task) => `${task.repo}@${task.commit}`))) {
  const [repo, commit] = key.split('@') as [string, string];
  const opened = await openCommit(repositoryFolder(repos, repo), commit, { copiesApart: copies === '--copies' });
  const row = new Float64Array(5);
  for (const task of tasks.filter((one) => one.repo === repo && one.commit === commit)) {
    const { prefix, target } = promptOf(opened.text(task.path)!, task.line);
    const prompt = readPrompt(prefix, null, task.path);
    const found = await runsOf(opened, prompt, task.path, prefix);
    const crude = ranked(found.filter((one) => one.exactRun > 0), (one) => one.exactRun, (one) => one.line);
    const shape = ranked(found, (one) => one.shapeRun * 64 + one.exactRun, (one) => carryOver(one.line, learnRenaming(one.above, prompt.nearest, one.shapeRun)));
    const right = (line: string | undefined): number => (line !== undefined && firstLine(line) === target ? 1 : 0);
    row[0]!++;
    row[1]! += right(crude[0]);
    row[2]! += right(shape[0]);
    row[3]! += shape.slice(0, CANDIDATES).some(right) ? 1 : 0;
    row[4]! += shape.some(right) ? 1 : 0;
  }
  print(repo, row);
  row.forEach((value, k) => (total[k]! += value));
}
print('all', total);

function print(name: string, row: Float64Array): void {
  const cells = [...row].map((value, k) => (k === 0 ? String(value) : ((100 * value) / row[0]!).toFixed(1)).padStart(10));
  console.log(name.padEnd(28) + cells.join(''));
}
