/** The options of `hefc complete` and `hefc explain`. */
import type { ContextMode } from '../daemon/ipc/protocol.js';

export interface PlaceOptions {
  file: string;
  /** Left out, with the text from standard input: its last line. */
  line?: number;
  /** Left out, with the text from standard input: the end of the line. */
  column?: number;
  stdin?: boolean;
  json?: boolean;
  context: ContextMode;
  maxTokens?: number;
  timeout: number;
  minConfidence?: number;
  block?: boolean;
}

/**
 * Where lines are shown without being asked for, nothing less likely is: half of the lines get something then, more than half of
 * that is right, and nine of ten right ones are shown (models/small/MODEL_CARD.md).
 */
export const QUIET_BELOW = 0.2;

export const CONTEXTS: readonly ContextMode[] = ['hef', 'snippet', 'none'];
export const DEFAULTS = { context: 'hef', timeout: 1000 } as const;
/** The least each number may be. */
export const LEAST = { line: 1, column: 0, maxTokens: 1, timeout: 1 } as const;

/** undefined: no number from 0 to 1. */
export function share(text: string): number | undefined {
  const value = Number(text);
  return /^[\d.]+$/.test(text) && value >= 0 && value <= 1 ? value : undefined;
}

/** undefined: not a whole number from `least`. */
export function wholeNumber(text: string, least: number): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least ? value : undefined;
}

const VALUES: Readonly<Record<string, keyof PlaceOptions>> = { '--file': 'file', '--line': 'line', '--column': 'column', '--context': 'context', '--max-tokens': 'maxTokens', '--timeout': 'timeout', '--min-confidence': 'minConfidence' };
const FLAGS: Readonly<Record<string, keyof PlaceOptions>> = { '--stdin': 'stdin', '--json': 'json', '--block': 'block' };

/**
 * Reads arguments as editors write them, without loading commander. undefined for whatever is not plainly right:
 * commander then reads the same arguments, and says what is wrong or helps.
 */
export function readPlace(args: readonly string[]): PlaceOptions | undefined {
  const found: Partial<Record<keyof PlaceOptions, string | number | boolean>> = { ...DEFAULTS };
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    if (Object.hasOwn(FLAGS, word)) {
      found[FLAGS[word]!] = true;
      continue;
    }
    if (!Object.hasOwn(VALUES, word)) return undefined;
    const name = VALUES[word]!;
    const text = args[++i];
    if (text === undefined || text.startsWith('-')) return undefined;
    found[name] = name === 'minConfidence' ? share(text) : Object.hasOwn(LEAST, name) ? wholeNumber(text, LEAST[name as keyof typeof LEAST]) : text;
    if (found[name] === undefined) return undefined;
  }
  const placed = found.stdin === true ? found.column === undefined || found.line !== undefined : found.line !== undefined && found.column !== undefined;
  const complete = found.file !== undefined && placed && (CONTEXTS as readonly unknown[]).includes(found.context);
  return complete ? (found as unknown as PlaceOptions) : undefined;
}
