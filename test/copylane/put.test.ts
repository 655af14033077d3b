/** Files changed one by one against the same tree opened at once. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashExact, hashLines } from '../../daemon/copylane/lineHash.js';
import { LineIndex, type HashedFile } from '../../daemon/copylane/lineIndex.js';
import { TokenIndex } from '../../daemon/copylane/tokenIndex.js';
import { seededRandom } from '../eval/random.js';
import { oidOf } from './lane.js';

const test = suite('copy lane: one file changed');
const LINES = Array.from({ length: 12 }, (_, k) => `value_${k} = call_${k % 4}(value_${(k * 5) % 12})`);
const texts = new Map<string, string>();

function fileOf(path: string, text: string): HashedFile {
  texts.set(oidOf(text), text);
  return { path, oid: oidOf(text), hashes: hashLines(text) };
}
const read = async (oid: string): Promise<string | undefined> => texts.get(oid);

/** All that the two indexes say of a tree. */
async function said(index: LineIndex, tokens: TokenIndex, paths: readonly string[]): Promise<object> {
  await tokens.settled();
  return {
    size: index.size,
    oids: paths.map((path) => index.oidOf(path)),
    files: paths.map((path) => index.fileAt(path)),
    lines: LINES.map((line) => index.find('exact', 1, Uint32Array.of(hashExact(line)), 1000).map((position) => `${[...index.pathsAt(position)].sort().join()}:${index.line[position]}`).sort()),
    tokens: tokens.snapshot().blobs.filter((blob) => blob.paths.length > 0).map(({ oid, paths: at, start, end }) => [oid, [...at].sort(), end - start]).sort(),
  };
}

test('leaves what the whole tree opened at once leaves', async () => {
  const random = seededRandom(11);
  const below = (n: number): number => Math.floor(random() * n);
  const text = (): string => Array.from({ length: 1 + below(6) }, () => LINES[below(LINES.length)]!).join('\n') + '\n';
  const paths = Array.from({ length: 6 }, (_, k) => `d${k % 2}/f${k}.py`);
  const tree = new Map<string, HashedFile>(paths.slice(0, 4).map((path) => [path, fileOf(path, text())]));
  const index = new LineIndex();
  const tokens = new TokenIndex(read);
  index.update(tree.values());
  tokens.update([...tree.values()]);
  for (let round = 0; round < 200; round++) {
    const path = paths[below(paths.length)]!;
    // A text of its own, one that another path has already, or none.
    const other = tree.get(paths[below(paths.length)]!);
    const file = random() < 0.2 ? undefined : random() < 0.3 && other ? { ...other, path } : fileOf(path, text());
    const before = index.oidOf(path);
    index.put(path, file);
    tokens.put(path, before, file);
    if (file) tree.set(path, file);
    else tree.delete(path);
    if (round % 20 !== 19) continue;
    const freshIndex = new LineIndex();
    const freshTokens = new TokenIndex(read);
    freshIndex.update(tree.values());
    freshTokens.update([...tree.values()]);
    assert.equal(await said(index, tokens, paths), await said(freshIndex, freshTokens, paths), `after ${round + 1} changes`);
  }
  index.update(tree.values());
  tokens.update([...tree.values()]);
  const whole = new LineIndex();
  const wholeTokens = new TokenIndex(read);
  whole.update(tree.values());
  wholeTokens.update([...tree.values()]);
  assert.equal(await said(index, tokens, paths), await said(whole, wholeTokens, paths), 'and so does the tree opened again');
});

test.run();
