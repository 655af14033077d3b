/** A canary: uvu ends with exit code 0 when a test rejects with no Error; the runner must call it failed. */
import { suite } from 'uvu';

const test = suite('canary: a rejection that is no Error');

test('passes', () => {});

test('rejects with undefined', async () => {
  await Promise.reject(undefined);
});

test.run();
