/**
 * Ways to find the 128 nearest of many int8 keys, in turns: `node dist/test/bench/dotProducts.js [--keys N] [--rounds N]`. The
 * product's products in WebAssembly, a plain loop in JavaScript, and sqlite-vec's search of a vec0 table in memory.
 */
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import * as sqliteVec from 'sqlite-vec';
import { createDotProducts } from '../../store/view/dotProducts.js';
import { kthLargest } from '../../store/view/kthLargest.js';
import { seededRandom } from '../eval/random.js';
import { markdown } from '../eval/table.js';
import { positiveNumber } from './numbers.js';
import { median, timed } from './timing.js';

const DIM = 128;
const WANTED = 128;
const { values } = parseArgs({ options: { keys: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '20' } } });
const count = positiveNumber('keys', values.keys);
const rounds = positiveNumber('rounds', values.rounds);

const random = seededRandom(17);
const draw = (): Int8Array => Int8Array.from({ length: DIM }, () => Math.floor(random() * 255) - 127);
const keys = Array.from({ length: count }, draw);
const products = createDotProducts(DIM);
for (const key of keys) products.push(key);
const flat = Int8Array.from(keys.flatMap((key) => [...key]));
const db = new Database(':memory:');
sqliteVec.load(db);
db.exec(`create virtual table keys using vec0(key int8[${DIM}] distance_metric=cosine)`);
const insert = db.prepare('insert into keys (rowid, key) values (?, vec_int8(?))');
db.transaction(() => keys.forEach((key, at) => insert.run(BigInt(at + 1), Buffer.from(key.buffer))))();
const search = db.prepare(`select rowid from keys where key match vec_int8(?) and k = ${WANTED}`).pluck();

const scores = new Float32Array(count);
const ways: [string, (query: Int8Array) => unknown][] = [
  ['WebAssembly', (query) => {
    products.each(query, (dots, first) => scores.set(dots, first));
    return kthLargest(scores, WANTED);
  }],
  ['loop in JavaScript', (query) => {
    for (let at = 0, i = 0; at < count; at++) {
      let dot = 0;
      for (let d = 0; d < DIM; d++, i++) dot += query[d]! * flat[i]!;
      scores[at] = dot;
    }
    return kthLargest(scores, WANTED);
  }],
  ['vec0', (query) => search.all(Buffer.from(query.buffer))],
];
const times: number[][] = ways.map(() => []);
for (let round = -3; round < rounds; round++) {
  const query = draw();
  for (const [w, [, find]] of ways.entries()) {
    const ms = await timed(() => find(query));
    if (round >= 0) times[w]!.push(ms);
  }
}
const middle = times.map(median);
console.log(`${WANTED} nearest of ${count.toLocaleString('en')} keys of ${DIM}, median of ${rounds} in turns.\n`);
console.log(markdown(['way', 'ms', '× WebAssembly'], ways.map(([name], w) => [name, middle[w]!.toFixed(2), (middle[w]! / middle[0]!).toFixed(1)])).join('\n'));
