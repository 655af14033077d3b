/** A canary: uvu ends with exit code 0 when a `before` hook throws and no test ran; the runner must call it failed. */
import { suite } from 'uvu';

const test = suite('canary: a throwing hook');

test.before(() => {
  throw new Error('the hook throws');
});

test('never runs', () => {});

test.run();
