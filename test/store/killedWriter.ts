/** Writes, switches and collects without end until it is killed: `node killedWriter.js FOLDER SEED`. */
import { numbersFrom, openAt, putHead, putTree } from './fixtures.js';
import { planOfRound } from './killedPlan.js';

const [folder, seed] = process.argv.slice(2);
const next = numbersFrom(Number(seed));
const store = openAt(folder!);
console.log('open');
for (;;) {
  const round = Math.floor(next() * 6);
  putHead(store, `refs/heads/b${round % 3}`, putTree(store, planOfRound(round), next));
  store.bump({ hooks: 1 });
  if (next() < 0.3) store.deleteRef('/work', `refs/heads/b${Math.floor(next() * 3)}`);
  if (next() < 0.4) store.collect();
}
