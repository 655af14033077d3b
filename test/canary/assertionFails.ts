/** A canary: the runner must call this file failed, or its verdict on every other file is worth nothing. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('canary: a failing assertion');

test('one and one are three', () => {
  assert.is(1 + 1, 3);
});

test.run();
