/**
 * What the pointer costs: processor time of a completion by the shipped bundle with and without one, in turns, on one thread. A bundle that has none gets
 * a random one that never speaks up, so that both write the same text.
 *
 *     node dist/test/bench/pointerCost.js [rounds]
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest, readPart } from '../../models/bundle/read.js';
import { float32Tensor, readSafetensors, writeSafetensors } from '../../models/bundle/safetensors.js';
import { startInference } from '../../models/start.js';
import type { GenerateRequest, Inference } from '../../models/types.js';
import { bundleDirectory } from '../bundle.js';
import { randomPointer } from '../models/randomBundle.js';
import { median } from './timing.js';

const part = 'generator.safetensors';

/** Copies the bundle into `folder`, with or without its pointer. */
function copyBundle(folder: string, pointing: boolean): string {
  const manifest = readManifest(bundleDirectory);
  const copy = join(folder, pointing ? 'with' : 'without');
  cpSync(bundleDirectory, copy, { recursive: true });
  if (pointing && manifest.pointer === undefined) {
    if (manifest.fuser === null) throw new Error(`${bundleDirectory} has no fuser, so it cannot point; name another bundle with HEFC_TEST_BUNDLE.`);
    const tensors = readSafetensors(readPart(bundleDirectory, manifest, part), part);
    const pointer = { dim: 64, matchTokens: 16 };
    for (const [name, tensor] of randomPointer(pointer, manifest.generator, manifest.fuser, 1)) tensors.set(name, tensor);
    tensors.set('pointer.match.bias', float32Tensor(new Float32Array(34).fill(-60), [34]));
    const bytes = writeSafetensors(tensors);
    writeFileSync(join(copy, part), bytes);
    manifest.parts[part] = { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength };
    manifest.pointer = pointer;
  }
  if (!pointing) delete manifest.pointer;
  writeFileSync(join(copy, 'bundle.json'), JSON.stringify(manifest));
  return copy;
}

/** A prompt that fills the window, and eight chunks with all their vectors. */
async function requestOf(inference: Inference): Promise<GenerateRequest> {
  const source = readFileSync(new URL('../../../models/prompt.ts', import.meta.url), 'utf8');
  const texts = Array.from({ length: 8 }, (_, i) => source.slice(i * 500, i * 500 + 480));
  const { chunks } = await inference.fuseBlob(texts, { priority: 'completion' });
  return { prefix: source, suffix: null, maxTokens: 12, stop: 'block', memory: chunks.map(({ memory, scales }, i) => ({ memory, scales, text: texts[i]! })) };
}

/** Milliseconds of processor time of the whole process, which other programs disturb less than the clock. */
async function cpuTime(action: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const rounds = Number(process.argv[2] ?? 15);
const folder = mkdtempSync(join(tmpdir(), 'hefc-pointer-'));
const open = (pointing: boolean): Promise<Inference> => startInference(copyBundle(folder, pointing), { provider: 'cpu', threads: 1 });
const variants = [await open(false), await open(true)];
try {
  const base = await requestOf(variants[1]!);
  const candidates = ['return rows.length', 'const value = request.text', 'throw new Error(message)', 'for (const row of rows) {'];
  const cases: [string, (round: number) => GenerateRequest, GenerateRequest?][] = [
    ['whole prompt, nothing cached', () => ({ ...base, candidates })],
    ['memory refreshed, rest cached', (round) => ({ ...base, candidates, session: 'a', memory: round % 2 ? base.memory! : [...base.memory!].reverse() })],
    ['everything cached', () => ({ ...base, session: 'b', candidates })],
  ];
  for (const [title, make] of cases) {
    const times: number[][] = variants.map(() => []);
    const counts: string[] = [];
    for (let round = -2; round < rounds; round++) {
      for (const [v, inference] of variants.entries()) {
        let tokens = '';
        const ms = await cpuTime(async () => {
          const got = await inference.generate(make(round), {});
          tokens = `${got.tokens.prefix} tokens, ${got.tokens.memory} vectors, ${got.tokens.reused} reused, ${got.tokens.generated} generated`;
        });
        counts[v] = tokens;
        if (round >= 0) times[v]!.push(ms);
      }
    }
    const [without, withIt] = times.map(median) as [number, number];
    console.log(`${title}: ${without.toFixed(1)} ms without, ${withIt.toFixed(1)} ms with, ratio ${(withIt / without).toFixed(3)} (${counts.join(' | ')})`);
  }
} finally {
  await Promise.all(variants.map((inference) => inference.close()));
  rmSync(folder, { recursive: true, force: true });
}
