/**
 * Settings of `hefc lsp`: defaults, then .hefc.json in the user's home, then the editor's. Never from a repository: what
 * a clone brings along must not decide anything.
 */
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { ContextMode } from '../../daemon/ipc/protocol.js';
import { CONTEXTS, DEFAULTS as PLACE, QUIET_BELOW } from '../place.js';

export interface Settings {
  enabled: boolean;
  /** Milliseconds a completion may take. */
  timeout: number;
  context: ContextMode;
  /** 0..1: nothing less likely to be the line meant is shown. */
  confidence: number;
  /** Several lines where a block begins. */
  multiline: boolean;
}

export interface Read {
  settings: Partial<Settings>;
  /** One line each, naming the field and what it must be. */
  faults: string[];
}

export const DEFAULTS: Settings = { enabled: true, timeout: PLACE.timeout, context: PLACE.context, confidence: QUIET_BELOW, multiline: true };
/** The daemon's own limit. */
const LONGEST_MS = 120_000;
const MAX_BYTES = 1024 * 1024;

const FIELDS: { [F in keyof Settings]: { must: string; holds(value: unknown): boolean } } = {
  enabled: { must: 'true or false', holds: (value) => typeof value === 'boolean' },
  timeout: { must: `a whole number of milliseconds from 1 to ${LONGEST_MS}`, holds: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= LONGEST_MS },
  confidence: { must: 'a number from 0 to 1', holds: (value) => typeof value === 'number' && value >= 0 && value <= 1 },
  multiline: { must: 'true or false', holds: (value) => typeof value === 'boolean' },
  context: { must: `one of ${CONTEXTS.join(', ')}`, holds: (value) => (CONTEXTS as readonly unknown[]).includes(value) },
};

/** Reads one object of settings. `where` names it in the faults; fields of other names are the editor's own business. */
export function readSettings(given: unknown, where: string): Read {
  const read: Read = { settings: {}, faults: [] };
  if (given === undefined || given === null) return read;
  if (typeof given !== 'object' || Array.isArray(given)) return { ...read, faults: [`${where} must be an object, such as {"timeout": 500}`] };
  for (const [name, { must, holds }] of Object.entries(FIELDS)) {
    const value = (given as Record<string, unknown>)[name];
    if (value === undefined || value === null) continue;
    if (holds(value)) Object.assign(read.settings, { [name]: value });
    else read.faults.push(`${where}.${name} must be ${must}, not ${JSON.stringify(value).slice(0, 80)}; it is left out`);
  }
  return read;
}

/** Of .hefc.json in the home, which need not exist. */
export function readHome(): Read {
  const file = path.join(homedir(), '.hefc.json');
  const fault = (what: string): Read => ({ settings: {}, faults: [`${file} ${what}; it is left out`] });
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return { settings: {}, faults: [] };
    if (!stat.isFile() || stat.size > MAX_BYTES) return fault('is no small plain file');
    return readSettings(JSON.parse(readFileSync(file, 'utf8')), file);
  } catch (error) {
    return fault(error instanceof SyntaxError ? 'is not JSON' : `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
