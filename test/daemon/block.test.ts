import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { completeLines } from '../../daemon/complete/block.js';
import type { CompletionSource } from '../../daemon/complete/complete.js';
import type { EngineCompletion } from '../../daemon/engine/types.js';
import { startInference } from '../../models/start.js';
import type { Inference } from '../../models/types.js';
import { bundleDirectory } from '../bundle.js';

const test = suite('block');
let inference: Inference;

test.before(async () => {
  inference = await startInference(bundleDirectory);
});
test.after(async () => {
  await inference.close();
});

/** A source whose copies go on as `lines` say: the line after the one that stands above the cursor, as likely as told. */
function going(lines: readonly string[], likely = 0.9): CompletionSource & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked, inference, chooser: undefined, tree: undefined, places: () => [], index: { state: 'ready', indexed: 1 },
    propose: async ({ prefix }) => {
      asked.push(prefix);
      const [above = '', typed] = prefix.split('\n').slice(-2) as [string, string | undefined];
      const line = typed === undefined || typed.trim() !== '' ? lines[0] : lines[lines.findIndex((each) => each.trim() === above.trim()) + 1];
      return line === undefined ? [] : [{ text: line.trim(), path: 'other.py', line: 1, score: likely }];
    },
  };
}

const request = (change: Partial<EngineCompletion>): EngineCompletion => ({ path: 'a.py', prefix: '', suffix: null, context: 'none', lanes: { model: false, copy: true }, lines: 'block', ...change });
const SURVEY = 'class Survey:\n    ';

test('a line that opens a block brings the lines of the block along, indented one step more', async () => {
  const { text, confidence } = await completeLines(going(['def area(self):', 'width = self.width', 'return width * self.height', 'def more(self):']), request({ prefix: SURVEY }));
  assert.is(text, 'def area(self):\n        width = self.width\n        return width * self.height');
  assert.is(confidence, 0.9);
});

test('so does the first line of a block that the line above opened', async () => {
  const { text } = await completeLines(going(['total = 0', 'total += 1', 'return total']), request({ prefix: 'def count():\n    ' }));
  assert.is(text, 'total = 0\n    total += 1\n    return total');
});

test('one line is offered elsewhere, where it was not asked for more, and in text that is no code', async () => {
  const lines = ['total = 0', 'total += 1'];
  assert.is((await completeLines(going(lines), request({ prefix: 'first = 1\n' }))).text, 'total = 0');
  assert.is((await completeLines(going(['if total:', 'total += 1']), request({ prefix: SURVEY, lines: 'one' }))).text, 'if total:');
  assert.is((await completeLines(going(['As follows:', 'more']), request({ path: 'a.md', prefix: '# A\n' }))).text, 'As follows:');
});

test('a bracket that closes the block stands where the block began, and ends it', async () => {
  const { text } = await completeLines(going(['export function a() {', 'go();', '}', 'more();']), request({ path: 'a.ts', prefix: 'if (x) {\n  y();\n}\n\n' }));
  assert.is(text, 'export function a() {\n  go();\n}');
});

test('what stands below is not written again, and nothing comes between a cursor and what is right of it', async () => {
  const lines = ['export function a() {', 'go();', '}'];
  assert.is((await completeLines(going(lines), request({ path: 'a.ts', prefix: '\t\n', suffix: '\n}\n' }))).text, 'export function a() {\n    go();');
  assert.is((await completeLines(going(['call(', 'x']), request({ path: 'a.ts', prefix: 'y = ', suffix: ' + 1\n' }))).text, 'call(');
});

test('lines that are not likely enough are left out', async () => {
  const source = going(['def area(self):', 'width = self.width'], 0.4);
  assert.is((await completeLines(source, request({ prefix: SURVEY }))).text, 'def area(self):');
  assert.is(source.asked.length, 2);
});

test('an aborted request asks for no further line', async () => {
  const abort = new AbortController();
  const source = going(['def area(self):', 'width = self.width']);
  const propose = source.propose;
  source.propose = (place) => {
    abort.abort();
    return propose(place);
  };
  await completeLines(source, request({ prefix: SURVEY }), { signal: abort.signal });
  assert.is(source.asked.length, 1);
});

test.run();
