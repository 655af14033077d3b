import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { scanLine } from '../../daemon/copylane/scanLine.js';
import { seriesLines } from '../../daemon/copylane/series.js';

const test = suite('series');
/** Lines a buffer continues with, best first. */
function after(...above: string[]): string[] {
  const lines = above.toReversed();
  return seriesLines(lines, lines.map(scanLine)).map(({ line }) => line);
}

test('a line goes on with the next name of a list further up', () => {
  assert.is(after('def __init__(self, first_name, last_name):', 'self.first_name = first_name')[0], 'self.last_name = last_name');
  assert.ok(after('def go(self, captured_output, captured_logs):', 'run(', 'captured_output=self._captured_output,').includes('captured_logs=self._captured_logs,'));
});

test('a list may stand on lines of one beginning', () => {
  assert.ok(after('case SHOW_ALL:', 'case SHOW_DONE:', 'return [', 'SHOW_ALL,').includes('SHOW_DONE,'));
});

test('an item in nested brackets is not the next one', () => {
  const found = after('call(alpha(beta, gamma), delta)', 'use(alpha)');
  assert.ok(found.includes('use(delta)'));
  assert.not.ok(found.includes('use(beta)'));
});

test('numbers count up, in names and alone', () => {
  assert.ok(after('assert run(3) == a3').includes('assert run(3) == a4'));
  assert.ok(after('[0, 1]', "'5',").includes("'6',"));
});

test('a line with nothing to continue has no successor', () => {
  assert.equal(after('return'), []);
  assert.equal(after(), []);
});

test.run();
