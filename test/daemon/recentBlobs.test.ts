import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { recentBlobs } from '../../daemon/engine/recentBlobs.js';
import type { ObjectReader } from '../../store/types.js';

const test = suite('recent blobs');

/** Blobs of the sizes given by their names; counts what is read. */
function reader(): { objects: ObjectReader; read: string[] } {
  const read: string[] = [];
  const objects = {
    async readBlob(oid: string) {
      read.push(oid);
      return oid === 'gone' ? undefined : Buffer.alloc(Number(oid));
    },
  } as ObjectReader;
  return { objects, read };
}

test('what was read lately is not read again, as far as there is room', async () => {
  const { objects, read } = reader();
  const recent = recentBlobs(objects, 100);
  for (const oid of ['40', '50', '40', '30', '40', '50']) assert.is((await recent.readBlob(oid))!.length, Number(oid));
  assert.equal(read, ['40', '50', '30', '50']);
});

test('content too large to keep pushes nothing out, and what is missing is asked for again', async () => {
  const { objects, read } = reader();
  const recent = recentBlobs(objects, 100);
  for (const oid of ['60', '101', '60', '101', 'gone', 'gone']) await recent.readBlob(oid);
  assert.equal(read, ['60', '101', '101', 'gone', 'gone']);
});

test.run();
