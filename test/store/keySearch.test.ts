import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createDotProducts } from '../../store/view/dotProducts.js';
import { kthLargest } from '../../store/view/kthLargest.js';
import { numbersFrom } from './fixtures.js';

const test = suite('searching keys');

function int8(random: () => number, length: number): Int8Array {
  return Int8Array.from({ length }, () => Math.floor(random() * 256) - 128);
}

test('dot products in WebAssembly are those of a plain loop, for every length and the extreme values', () => {
  const random = numbersFrom(5);
  for (const dim of [1, 15, 16, 17, 64, 128, 200]) {
    const products = createDotProducts(dim);
    const keys = [new Int8Array(dim).fill(-128), new Int8Array(dim).fill(127), ...Array.from({ length: 300 }, () => int8(random, dim))];
    for (const key of keys) products.push(key);
    for (const query of [new Int8Array(dim).fill(-128), int8(random, dim)]) {
      const found: number[] = [];
      products.each(query, (dots, first) => {
        assert.is(first, found.length);
        found.push(...dots);
      });
      assert.equal(found, keys.map((key) => key.reduce((sum, value, at) => sum + value * query[at]!, 0)));
    }
    assert.equal(products.at(1), keys[1]);
  }
});

test('dot products go on over the end of a batch and while vectors are added', () => {
  const dim = 16;
  const products = createDotProducts(dim);
  const query = new Int8Array(dim).fill(1);
  const sums = (): number[] => {
    const found: number[] = [];
    products.each(query, (dots) => {
      for (const dot of dots) found.push(dot);
    });
    return found;
  };
  assert.equal(sums(), []);
  const expected: number[] = [];
  for (let at = 0; at < 70_000; at++) {
    products.push(new Int8Array(dim).fill(at % 100));
    expected.push(dim * (at % 100));
    if (at === 10) assert.equal(sums(), expected);
  }
  assert.equal(sums(), expected);
});

test('the k-th largest is that of the sorted values', () => {
  const random = numbersFrom(6);
  for (const length of [1, 5, 1000]) {
    const values = Float32Array.from({ length }, () => Math.floor(random() * 50));
    const sorted = [...values].sort((a, b) => b - a);
    for (const k of [1, 3, 5, 200, 1000]) assert.is(kthLargest(values, k), sorted[k - 1] ?? -Infinity);
  }
});

test.run();
