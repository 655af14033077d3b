import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { report } from '../../client/commands/explain.js';
import { describe } from '../../client/progress.js';
import { counts, duration, nodeName, size } from '../../client/print.js';

const test = suite('client: progress and numbers');

test('progress goes by bytes and tells files, chunks, rate and the time left', () => {
  const line = describe({ phase: 'fusing', files: 30, filesDone: 3, bytes: 1000, bytesDone: 500, chunksFused: 40 }, 10);
  assert.is(line, '[############............] 50% fusing 3/30 files, 40 chunks, 4 chunks/s, 10 s left');
});

test('progress over nothing is no division by zero', () => {
  assert.match(describe({ phase: 'reading', files: 0, filesDone: 0, bytes: 0, bytesDone: 0, chunksFused: 0 }, 0), /^\[\.{24}\] 0% reading 0\/0 files, 0 chunks, 0 chunks\/s$/);
  assert.match(describe({ phase: 'done', files: 0, filesDone: 0, bytes: 0, bytesDone: 0, chunksFused: 0 }, 1), /100%/);
});

test('sizes, durations, counts and nodes read as people write them', () => {
  assert.equal([size(999), size(1500), size(12_300_000)], ['999 B', '1.5 kB', '12 MB']);
  assert.equal([duration(12.3), duration(1500), duration(93_456)], ['12 ms', '1.5 s', '1 min 33 s']);
  assert.is(counts({ huge: 1, binary: 20, symlink: 0 }), '20 binary, 1 huge');
  assert.equal([nodeName('', 'directory'), nodeName('a/b', 'directory'), nodeName('a.ts', 'chunk', [1, 9]), nodeName('a.ts', 'file')], ['the whole repository', 'a/b/', 'a.ts:1-9', 'a.ts']);
});

test('a file name cannot command the terminal', () => {
  assert.is(nodeName('a\x1b[2J\u202eb.ts', 'file'), 'a?[2J?b.ts');
});

test('nor can a path or a candidate that explain prints', () => {
  const evil = 'a\x1b[2J\x9b31m\u202eb';
  const explanation = { index: { state: 'ready', indexed: 1 }, identifiers: [], lexical: [{ path: evil, score: 1 }], dense: [{ path: evil, level: 'chunk', score: 1 }], copy: [{ text: evil, path: evil, line: 7, score: 1 }], model: { text: evil, logProb: -1, tokens: 1 }, chosen: { score: 1, why: 'the model is surer' } };
  const counted = { prefix: 1, suffix: 0, memory: 1, pasted: 0, generated: 1, drafted: 0, accepted: 0 };
  const lines = report({ text: evil, lane: 'model', reason: 'ok', confidence: 0.5, model: 'nano', context: 'hef', tokens: counted, nodes: [{ path: evil, level: 'file', score: 1, vectors: 4 }], ms: { total: 1, queue: 0, retrieve: 0, prefill: 0, decode: 0 }, explanation });
  assert.equal(lines.filter((line) => /[\p{Cc}\p{Cf}]/u.test(line)), []);
  assert.ok(lines.some((line) => line.includes('a?[2J?31m?b:7')), lines.join('\n'));
});

test.run();
