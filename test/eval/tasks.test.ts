import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { ARMS, chooseArms, GROUPS } from './arms.js';
import { EvalError } from './evalError.js';
import { promptAt } from './prompt.js';
import { readTasks, spreadTasks, type Task } from './tasks.js';

const test = suite('eval tasks');
const folder = mkdtempSync(join(tmpdir(), 'hefc-tasks-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const POINTER = { id: 'a/b/0', repo: 'a/b', commit: 'c'.repeat(40), path: 'x.py', line: 3 };

function tasksOf(repo: string, count: number): Task[] {
  return Array.from({ length: count }, (_, i) => ({ ...POINTER, id: `${repo}/${i}`, repo }));
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    assert.instance(error, EvalError);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

test('a file of pointers is read, blank lines apart', () => {
  const file = join(folder, 'good.jsonl');
  writeFileSync(file, `${JSON.stringify(POINTER)}\n\n${JSON.stringify({ ...POINTER, line: 4 })}\n`);
  assert.equal(readTasks(file), [POINTER, { ...POINTER, line: 4 }]);
});

test('a bad line is refused in one line that names file, line and field', () => {
  const faults: [string, RegExp][] = [
    ['{', /bad\.jsonl:2: is no JSON/],
    ['null', /"id" must be/],
    [JSON.stringify({ ...POINTER, repo: '../../etc' }), /"repo" must be owner\/name/],
    [JSON.stringify({ ...POINTER, commit: 'HEAD' }), /"commit" must be a full commit id/],
    [JSON.stringify({ ...POINTER, path: '' }), /"path" must be/],
    [JSON.stringify({ ...POINTER, line: 0 }), /"line" must be/],
  ];
  const file = join(folder, 'bad.jsonl');
  for (const [line, expected] of faults) {
    writeFileSync(file, `${JSON.stringify(POINTER)}\n${line}\n`);
    const message = refusal(() => readTasks(file));
    assert.match(message, expected);
    assert.not.match(message, /\n/);
  }
});

test('an absent or empty file is refused by name', () => {
  assert.match(refusal(() => readTasks(join(folder, 'none.jsonl'))), /none\.jsonl: no such file/);
  writeFileSync(join(folder, 'empty.jsonl'), '\n');
  assert.match(refusal(() => readTasks(join(folder, 'empty.jsonl'))), /holds no task/);
});

test('a limit takes that many in all, spread evenly over repositories and over each', () => {
  const all = [...tasksOf('a/a', 100), ...tasksOf('b/b', 100), ...tasksOf('c/c', 100)];
  const taken = spreadTasks(all, 7);
  const count = (repo: string) => taken.filter((task) => task.repo === repo).length;
  assert.equal([taken.length, count('a/a'), count('b/b'), count('c/c')], [7, 3, 2, 2]);
  assert.equal(taken.filter((task) => task.repo === 'b/b').map((task) => task.id), ['b/b/0', 'b/b/50']);
});

test('a small repository leaves its share to the others', () => {
  const taken = spreadTasks([...tasksOf('a/a', 1), ...tasksOf('b/b', 50)], 10);
  assert.equal([taken.length, taken.filter((task) => task.repo === 'b/b').length], [10, 9]);
});

test('a limit beyond all tasks, or none, takes all in order', () => {
  const all = [...tasksOf('a/a', 3), ...tasksOf('b/b', 2)];
  assert.equal(spreadTasks(all, Infinity), all);
});

test('the prompt is everything above and the indentation; below only when filling in', () => {
  const text = 'a\n  b = 1\nc\n';
  assert.equal(promptAt(text, 2, false), { prefix: 'a\n  ', suffix: null, target: '  b = 1' });
  assert.equal(promptAt(text, 2, true), { prefix: 'a\n  ', suffix: '\nc\n', target: '  b = 1' });
  assert.equal(promptAt(text, 1, true), { prefix: '', suffix: '\n  b = 1\nc\n', target: 'a' });
  assert.is(promptAt(text, 5, false), undefined);
});

test('prefix, target and suffix make up the file again', () => {
  const text = 'x\n\ty(1)\n\nz';
  for (let line = 1; line <= 4; line++) {
    const prompt = promptAt(text, line, true)!;
    assert.is(prompt.prefix + prompt.target.trimStart() + prompt.suffix, text);
  }
});

test('arms are chosen by name or by group; studies only when named', () => {
  assert.is(chooseArms(undefined).length, 7);
  assert.equal(chooseArms('product, none'), ['none', 'product']);
  assert.equal(chooseArms('snippet'), ['snippet-512', 'snippet-2048']);
  assert.equal(chooseArms('harm'), ['none', 'hef', 'hef-foreign', 'hef-shuffled']);
  assert.equal(chooseArms('levels,copy'), ['none', 'hef', 'copy', 'hef-files', 'hef-leaves', 'hef-mean']);
  assert.equal(chooseArms('budget'), ['none', 'hef-0', 'hef-8', 'hef-16', 'hef-32', 'hef-64', 'hef-128']);
  assert.is(chooseArms('study').length, 15);
  assert.match(refusal(() => chooseArms('hef,best')), /no arm is called best; there are none, /);
  assert.match(refusal(() => chooseArms(',')), /names no arm/);
});

test('every arm and group stands in the page on measuring', () => {
  const page = readFileSync(join(packageRoot(), 'docs', 'measuring.md'), 'utf8');
  for (const arm of Object.keys(ARMS)) assert.ok(page.includes(`\`${arm}\``) || /^hef-\d+$/.test(arm), arm);
  for (const group of Object.keys(GROUPS).filter((name) => name !== 'snippet')) assert.ok(page.includes(`| \`${group}\` |`), group);
});

test.run();
