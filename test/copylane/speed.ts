/**
 * Time of a proposal at 5 M tokens: `node dist/test/copylane/speed.js [MILLION_TOKENS]`.
 *
 * A made-up repository: files of functions whose lines draw names in proportion to 1 / rank, a third of the lines copied
 * from an earlier file with some names changed. The open file grows line by line, as one that is written anew
 * under the path of an existing one. Also printed:
 * the time to index lines and tokens, the longest the event loop stood still meanwhile, the memory the indexes take, and
 * the time to follow a tree in which one file changed. Times include every read of a blob, from memory. As a gauge of the
 * machine at that moment a million dependent reads of random words of 64 MB are timed first.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { hashLines } from '../../daemon/copylane/lineHash.js';
import { LineIndex, type HashedFile } from '../../daemon/copylane/lineIndex.js';
import { createCopyLane } from '../../daemon/copylane/propose.js';
import { TokenIndex } from '../../daemon/copylane/tokenIndex.js';
import { seededRandom } from '../eval/random.js';

const LINES_A_FILE = 250;
const FILES_A_FOLDER = 12;
const NAMES = 30_000;
const QUERIES = 300;
const WARM_UP = 60;
const COPIED = 0.33;
const MEGABYTE = 2 ** 20;

const random = seededRandom(17);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
const name = (): string => `name_${Math.floor(NAMES ** random())}`;
const SHAPES: readonly (() => string)[] = [
  () => `    ${name()} = ${name()}(${name()}, ${Math.floor(random() * 10)})`,
  () => `    self.${name()} = ${name()}`,
  () => `    if ${name()} is not None and ${name()}.${name()}:`,
  () => `        return ${name()}.${name()}(${name()}, key="${name()}")`,
  () => `    for ${name()} in ${name()}.items():`,
  () => `    assert ${name()}(${name()}) == [${name()}, ${name()}]`,
  () => `    ${name()}.${name()}(${name()}=${name()}, ${name()}=${name()})`,
];

function made(files: readonly string[][]): string[] {
  const lines: string[] = [];
  while (lines.length < LINES_A_FILE) {
    if (files.length > 0 && random() < COPIED) {
      const other = pick(files);
      const start = Math.floor(random() * other.length);
      const [from, to] = [name(), name()];
      for (const line of other.slice(start, start + 8)) lines.push(line.replaceAll(from, to));
    } else {
      lines.push(`def ${name()}(self, ${name()}, ${name()}=None):`);
      for (let k = 0; k < 5; k++) lines.push(pick(SHAPES)());
    }
  }
  return lines;
}

const chain = Int32Array.from({ length: 2 ** 24 }, () => Math.floor(random() * 2 ** 24));
const gaugeUsed = process.cpuUsage();
const gaugeBegan = performance.now();
let link = 1;
for (let k = 0; k < 1e6; k++) link = chain[link ^ k]!;
const gaugeMs = performance.now() - gaugeBegan;
const gauge = process.cpuUsage(gaugeUsed);
console.log(`gauge: ${gaugeMs.toFixed(0)} ms, processor time ${((gauge.user + gauge.system) / 1000).toFixed(0)} ms${link < 0 ? '!' : ''}`);

const wanted = 1e6 * Number(process.argv[2] ?? 5);
const texts = new Map<string, string>();
const files: HashedFile[] = [];
const lines: string[][] = [];
for (let tokens = 0; tokens < wanted; ) {
  const file = made(lines.slice(-200));
  lines.push(file);
  const k = files.length;
  const oid = `oid${k}`;
  const text = file.join('\n');
  texts.set(oid, text);
  files.push({ path: `folder${Math.floor(k / FILES_A_FOLDER)}/file${k}.py`, oid, hashes: hashLines(text) });
  tokens += text.match(/\w+|[^\w\s]/g)!.length + file.length;
}
const memory = (): number => process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
const before = memory();
const index = new LineIndex();
const tokens = new TokenIndex(async (oid) => texts.get(oid));
const stalls = monitorEventLoopDelay({ resolution: 1 });
let began = performance.now();
index.update(files);
const linesMs = performance.now() - began;
stalls.enable();
began = performance.now();
tokens.update(files);
await tokens.settled();
const tokensMs = performance.now() - began;
stalls.disable();
console.log(`${files.length} files, ${index.size} lines, ${tokens.size} tokens`);
console.log(`lines indexed in ${linesMs.toFixed(0)} ms, tokens in ${tokensMs.toFixed(0)} ms (event loop: p99 ${(stalls.percentile(99) / 1e6).toFixed(1)} ms, most ${(stalls.max / 1e6).toFixed(1)} ms)`);
console.log(`memory of both: ${((memory() - before) / MEGABYTE).toFixed(0)} MB`);

const lane = createCopyLane(index, tokens, async (oid) => texts.get(oid));
for (const { kind, typed } of [{ kind: 'start of line', typed: 0 }, { kind: 'mid-line', typed: 9 }]) {
  const buffer = made(lines.slice(-200));
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let query = 0; query < QUERIES + WARM_UP; query++) {
    const at = query % (buffer.length - 1) + 1;
    const line = buffer[at]!;
    const column = line.length - line.trimStart().length + typed;
    const prefix = `${buffer.slice(0, at).join('\n')}\n${line.slice(0, column)}`;
    const used = process.cpuUsage();
    const start = performance.now();
    await lane.propose({ prefix, suffix: null, path: files[files.length >> 1]!.path });
    if (query < WARM_UP) continue;
    wall.push(performance.now() - start);
    const { user, system } = process.cpuUsage(used);
    cpu.push((user + system) / 1000);
  }
  console.log(`${kind}: p50 ${at(wall, 0.5)} ms, p95 ${at(wall, 0.95)} ms; processor time p50 ${at(cpu, 0.5)} ms, p95 ${at(cpu, 0.95)} ms, of ${QUERIES} queries`);
}
began = performance.now();
texts.set('changed', `${texts.get('oid0')}\nchanged = True`);
const changed = files.map((file, k) => (k === 0 ? { ...file, oid: 'changed', hashes: hashLines(texts.get('changed')!) } : file));
index.update(changed);
tokens.update(changed);
await tokens.settled();
console.log(`a tree with one changed file: ${(performance.now() - began).toFixed(0)} ms`);

function at(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1);
}
