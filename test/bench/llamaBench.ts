import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BATCHES, NEW_TOKENS, PROMPT_TOKENS, type Samples } from './speedMeasures.js';

export interface LlamaRun {
  /** The commit it was built from, as far as the build knows it. */
  build: string;
  samples: Samples;
}

/** One of llama-bench's tests in its JSON. */
interface LlamaTest {
  build_commit: string;
  n_prompt: number;
  n_gen: number;
  samples_ns: number[];
}

/** Runs llama.cpp's own benchmark on the CPU; it warms up before each test. Rejects with one line naming the cause. */
export async function runLlamaBench(program: string, model: string, threads: number, repetitions: number): Promise<LlamaRun> {
  const given = ['-m', model, '-p', [PROMPT_TOKENS, ...BATCHES].join(), '-n', String(NEW_TOKENS), '-pg', `${PROMPT_TOKENS},${NEW_TOKENS}`, '-t', String(threads), '-r', String(repetitions), '-ngl', '0', '-o', 'json'];
  let output: string;
  try {
    output = (await promisify(execFile)(program, given, { maxBuffer: 2 ** 24 })).stdout;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new Error(`${program} failed: ${stderr.trim().split('\n').at(-1) || message}`);
  }
  return readLlamaBench(output);
}

/** Reads llama-bench's JSON. Throws one line when a test is missing. */
export function readLlamaBench(json: string): LlamaRun {
  let tests: LlamaTest[];
  try {
    tests = JSON.parse(json) as LlamaTest[];
  } catch {
    throw new Error('llama-bench wrote no JSON: is it a build of its own `llama-bench` target?');
  }
  const msOf = (prompt: number, generated: number): number[] => {
    const found = tests.find(({ n_prompt, n_gen }) => n_prompt === prompt && n_gen === generated);
    if (found === undefined) throw new Error(`llama-bench reported no test of ${prompt} prompt and ${generated} new tokens`);
    return found.samples_ns.map((ns) => ns / 1e6);
  };
  return {
    build: tests[0]?.build_commit ?? 'unknown',
    samples: {
      prompt: msOf(PROMPT_TOKENS, 0),
      decode: msOf(0, NEW_TOKENS),
      together: msOf(PROMPT_TOKENS, NEW_TOKENS),
      batch8: msOf(8, 0),
      batch16: msOf(16, 0),
    },
  };
}
