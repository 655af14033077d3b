import { parseArgs } from 'node:util';
import { chooseArms, type Arm } from './arms.js';
import { EvalError } from './evalError.js';

const COMMON = '[--context LIST] [--fim] [--json] [--out FILE] [--details FILE] [--bundle DIR]';
const USAGE = `usage: hefc eval TASKS --repos DIR [--limit N] ${COMMON}, or hefc eval --sample N [--cross-file] [--repo DIR] [--seed S] ${COMMON}`;

/** Where the tasks come from: a file of pointers into bare repositories, or lines drawn from one repository. */
export type TaskSource =
  | { kind: 'file'; file: string; repos: string; limit: number }
  | { kind: 'sample'; count: number; crossFile: boolean; repo: string; seed: number };

export interface Arguments {
  source: TaskSource;
  arms: Arm[];
  fim: boolean;
  json: boolean;
  out: string | undefined;
  details: string | undefined;
  bundle: string | undefined;
}

/**
 * Reads the command line; `sample` is how many lines are drawn where it names no tasks at all. Throws EvalError with one line that says what is
 * wrong and what is right.
 */
export function readArguments(given: readonly string[], sample?: string): Arguments {
  const { values, positionals } = parse(given);
  const [file, ...more] = positionals;
  if (file === undefined && values.repos === undefined) values.sample ??= sample;
  const arms = chooseArms(values.context);
  const rest = { arms, fim: values.fim, json: values.json, out: values.out, details: values.details, bundle: values.bundle };
  if (values.sample !== undefined) {
    if (file !== undefined || values.repos !== undefined || values.limit !== undefined) throw new EvalError(`--sample draws its own lines, so TASKS, --repos and --limit have no meaning beside it; ${USAGE}`);
    return { source: { kind: 'sample', count: count('--sample', values.sample), crossFile: values['cross-file'], repo: values.repo ?? process.cwd(), seed: count('--seed', values.seed ?? '1', 0) }, ...rest };
  }
  if (values['cross-file'] || values.repo !== undefined || values.seed !== undefined) throw new EvalError(`--cross-file, --repo and --seed belong to --sample; ${USAGE}`);
  if (file === undefined || more.length > 0 || values.repos === undefined) throw new EvalError(USAGE);
  return { source: { kind: 'file', file, repos: values.repos, limit: values.limit === undefined ? Infinity : count('--limit', values.limit) }, ...rest };
}

function parse(given: readonly string[]) {
  try {
    return parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        repos: { type: 'string' },
        limit: { type: 'string' },
        sample: { type: 'string' },
        'cross-file': { type: 'boolean', default: false },
        repo: { type: 'string' },
        seed: { type: 'string' },
        context: { type: 'string' },
        fim: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        out: { type: 'string' },
        details: { type: 'string' },
        bundle: { type: 'string' },
      },
    });
  } catch (error) {
    throw new EvalError(`${(error as Error).message}; ${USAGE}`);
  }
}

function count(option: string, text: string, least = 1): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) throw new EvalError(`${option}: ${text} is no whole number from ${least}; ${USAGE}`);
  return value;
}
