import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { replayTable } from './report.js';
import { rightLines } from './rightLines.js';
import { createTypist, emptyTally, type Page, type Tally } from './typist.js';

const test = suite('bench replay');

/** A file that is edited for real, whose suggestions are given by what stands left of the cursor. */
function page(text: string, answers: Record<string, string>, ms = 1): Page & { lines(): string[]; asked: string[] } {
  let lines = text.split('\n');
  const asked: string[] = [];
  return {
    asked,
    lines: () => lines,
    replaceLines(line, removed, added) {
      lines.splice(line, removed, ...added.split('\n').slice(0, -1));
    },
    insert(line, character, added) {
      lines[line] = lines[line]!.slice(0, character) + added + lines[line]!.slice(character);
      lines = lines.join('\n').split('\n');
    },
    async suggest(line, character) {
      const left = lines[line]!.slice(0, character);
      asked.push(left);
      await new Promise((resolve) => setTimeout(resolve, ms));
      return answers[left] ?? '';
    },
  };
}

/** Keys every 40 ms, asked for 2 ms after each, taken after 15. */
async function typed(on: Page, added: string[], at = 1, removed = 0): Promise<Tally> {
  const tally = emptyTally();
  await createTypist({ keysPerSecond: 25, debounce: 2, reaction: 15 }, tally).type(on, at, removed, added, () => false);
  return tally;
}

test('what is shown and right is taken with one key, and the file ends as it should', async () => {
  const file = page('a\nold\nz', { '  x': ' = 1', '  ': '' });
  const tally = await typed(file, ['  x = 1', 'y'], 1, 1);
  assert.equal(file.lines(), ['a', '  x = 1', 'y', 'z']);
  assert.equal([tally.lines, tally.plainKeys, tally.keys], [2, 2 + 'x = 1'.length + 1, 5]);
  assert.equal([tally.shown, tally.right, tally.taken, tally.takenLines, tally.shownLines, tally.rightLines], [1, 1, 1, 1, 1, 1]);
  assert.is(tally.answerMs.length, 1);
});

test('a wrong one is typed past, and one that is typed along is asked for once', async () => {
  const file = page('a\nz', { '': 'totally', t: 'wrong' });
  const tally = await typed(file, ['toxy']);
  assert.equal(file.lines(), ['a', 'toxy', 'z']);
  assert.equal([tally.keys, tally.plainKeys, tally.taken, tally.right, tally.along], [5, 5, 0, 0, 2]);
  assert.equal(file.asked, ['', 'tox']);
});

test('lines of a block that are right are taken together', async () => {
  const file = page('a\nz', { '': 'if x:\n    y = 1\n    wrong' });
  const tally = await typed(file, ['if x:', '    y = 1', '    z = 2']);
  assert.equal(file.lines(), ['a', 'if x:', '    y = 1', '    z = 2', 'z']);
  assert.equal([tally.lines, tally.taken, tally.takenLines], [3, 1, 2]);
  assert.is(tally.plainKeys, 1 + 5 + 1 + 5 + 1 + 5);
  assert.is(tally.keys, 2 + 1 + 5);
});

test('answers that come after the next key are late, and shown to nobody', async () => {
  const file = page('a\nz', { '': 'x', x: 'y' }, 60);
  const tally = await typed(file, ['xyz']);
  assert.equal(file.lines(), ['a', 'xyz', 'z']);
  assert.equal([tally.shown, tally.taken], [0, 0]);
  assert.ok(tally.late >= 2);
});

test('a suggestion is right as far as its lines are the meant ones, blanks at their ends aside', () => {
  assert.is(rightLines('b = 1', ['b = 1 ', 'c']), 1);
  assert.is(rightLines('b\n  c\n  d', ['b', '  c', '  e']), 2);
  assert.is(rightLines('b\n c', ['b', '  c']), 1);
  assert.is(rightLines('x', ['b']), 0);
  assert.is(rightLines('', ['', 'c']), 0);
});

test('the table says what came of it', () => {
  const tally: Tally = { ...emptyTally(), lines: 4, plainKeys: 100, keys: 80, requests: 50, shown: 10, right: 5, taken: 4, answerMs: [10, 20, 30], keyMs: [70, 80, 90] };
  const table = replayTable(tally, { requests: 50, kept: 5, ahead: 3 }).join('\n');
  assert.match(table, /keys saved +\| 20 \(20\.0 %\)/);
  assert.match(table, /without the daemon +\| 5 \(10\.0 %\)/);
  assert.match(table, /right +\| 5 \(50\.0 %\)/);
  assert.match(table, /request to what is shown, p50 \/ p95 +\| 20\.0 \/ 30\.0 ms/);
});

test.run();
