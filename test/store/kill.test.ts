import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { numbersFrom, openAt, putHead, putTree, temporaryFolder } from './fixtures.js';
import { planOfRound } from './killedPlan.js';

const test = suite('kill -9');
const writer = fileURLToPath(new URL('./killedWriter.js', import.meta.url));
/** HEFC_KILL_ROUNDS asks for more: a rare fault shows in hundreds. */
const rounds = Math.max(1, Number(process.env['HEFC_KILL_ROUNDS']) || 20);

/** Lets a writer run for a while after it has opened the database, then kills it. */
async function writeAndKill(folder: string, seed: number, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [writer, folder, String(seed)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  const [code, signal] = (await ended) as [number | null, string | null];
  assert.equal([code, signal], [null, 'SIGKILL']);
}

test('a writer killed at any moment leaves a database that opens, and redoing the work gives the index made from scratch', async () => {
  const scratch = openAt(temporaryFolder());
  const digests = [0, 1, 2, 3, 4, 5].map((round) => scratch.digest(putTree(scratch, planOfRound(round))));
  scratch.close();
  const folder = temporaryFolder();
  const next = numbersFrom(Date.now());
  let hooks = 0;
  for (let round = 0; round < rounds; round++) {
    await writeAndKill(folder, round, next() * 250);
    const store = openAt(folder);
    assert.is(store.quarantined, null);
    assert.ok(store.counters().hooks >= hooks);
    hooks = store.counters().hooks;
    // Whatever was written whole reads whole: a ref is put only after its tree.
    for (const ref of store.refs()) {
      assert.ok(digests.includes(store.digest(ref.root)));
      assert.ok(store.openView(ref.root).searchLexical(['load_file0', 'save_node1', 'parse_tree2'], 3, '').length > 0);
    }
    const again = round % 6;
    const root = putTree(store, planOfRound(again));
    assert.is(store.digest(root), digests[again]);
    if (round % 5 === 4) {
      putHead(store, 'refs/heads/redo', root);
      store.collect();
      assert.is(store.digest(root), digests[again]);
    }
    store.close();
  }
  assert.ok(hooks > 0);
});

test.run();
