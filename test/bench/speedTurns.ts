import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import type { Manifest } from '../../models/bundle/manifest.js';
import { readManifest, readWeights } from '../../models/bundle/read.js';
import { openSpeedMeter, type Variant } from './generatorSpeed.js';
import type { NumberType } from './gguf.js';
import { ggufGenerator } from './ggufGenerator.js';
import { runLlamaBench } from './llamaBench.js';
import { addSamples } from './speedMeasures.js';
import type { Compared, Contestant } from './speedTable.js';

export interface TurnSettings {
  /** llama-bench. */
  program: string;
  /** Of the GGUF files that llama.cpp gets. */
  types: NumberType[];
  threads: number;
  rounds: number;
  /** In each turn. */
  repetitions: number;
}

/** One turn: takes its measures and adds them to its contestant's. */
type Turn = () => Promise<void>;

/** Times a bundle's generator in llama.cpp and in hefc, in turns; `report` is told of each. */
export async function takeTurns(directory: string, { program, types, threads, rounds, repetitions }: TurnSettings, report: (line: string) => void): Promise<Compared> {
  const manifest = readManifest(directory);
  const text = readFileSync(join(packageRoot(), 'models', 'prompt.ts'), 'utf8');
  const folder = mkdtempSync(join(tmpdir(), 'hefc-llama-'));
  const compared: Compared = { model: manifest.id, build: '', llama: [], hefc: [] };
  const enter = (list: Contestant[], name: string): Contestant => list[list.push({ name, samples: {} }) - 1]!;
  const turns: Turn[] = [];
  try {
    for (const type of types) {
      const file = join(folder, `${type}.gguf`);
      writeFileSync(file, ggufGenerator(manifest.generator, readWeights(directory, manifest, 'generator.safetensors'), type));
      const { samples } = enter(compared.llama, `llama.cpp ${type}`);
      turns.push(async () => {
        const run = await runLlamaBench(program, file, threads, repetitions);
        compared.build = run.build;
        addSamples(samples, run.samples);
      });
    }
    for (const variant of variantsOf(manifest)) {
      const meter = await openSpeedMeter(directory, variant, threads, text);
      const { samples } = enter(compared.hefc, `hefc ${variant.precision}${variant.pointer ? ', pointer' : ''}`);
      turns.push(async () => addSamples(samples, await meter(repetitions)));
    }
    for (let round = 0; round < rounds; round++) {
      // Every second round goes backwards, so that none always follows the same other.
      for (const turn of round % 2 === 0 ? turns : [...turns].reverse()) {
        report(`${manifest.id}: round ${round + 1} of ${rounds}`);
        await turn();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return compared;
}

/** As shipped, then without the pointer, which llama.cpp's model has not either. */
function variantsOf({ pointer, precision }: Manifest): Variant[] {
  const shipped: Variant[] = pointer === undefined ? [] : [{ pointer: true, precision: precision.generator }];
  return [...shipped, { pointer: false, precision: 'float32' }, { pointer: false, precision: 'int8' }];
}
