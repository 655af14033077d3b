/**
 * The user's settings: one JSON file of the user's own (daemon/ipc/paths.ts says where), never one of a repository.
 * Every field is optional; HEFC_IDLE_MS and HEFC_MODEL override for one process.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CallError } from './ipc/errors.js';
import { configPath } from './ipc/paths.js';

export interface Config {
  /** Name of the bundle in use, or the absolute path of a bundle folder. */
  model: string;
  /** Minutes without a call or a hook after which the daemon exits; 0 means never. */
  idle_minutes: number;
  /** Resident megabytes above which an idle daemon exits (the next call starts a fresh one). */
  rss_limit_mb: number;
  /** Inference threads; 0 lets the model room choose. */
  threads: number;
  /** Execution provider; '' chooses automatically. */
  provider: string;
  /** False answers every completion with reason `disabled`, and indexes only when asked to. */
  enabled: boolean;
}

const DEFAULTS: Config = { model: 'small', idle_minutes: 30, rss_limit_mb: 2048, threads: 0, provider: '', enabled: true };

/** Reads the settings; a field of the wrong type is an error that names it. */
export function readConfig(): Config {
  const config: Config = { ...DEFAULTS };
  let text: string | undefined;
  try {
    text = readFileSync(configPath(), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new CallError('usage', `${configPath()} cannot be read: ${(error as Error).message}`);
  }
  if (text !== undefined) Object.assign(config, checked(text));
  if (process.env.HEFC_MODEL) config.model = process.env.HEFC_MODEL;
  if (process.env.HEFC_IDLE_MS) config.idle_minutes = Number(process.env.HEFC_IDLE_MS) / 60_000;
  return config;
}

function checked(text: string): Partial<Config> {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw new CallError('usage', `${configPath()} is not JSON: ${(error as Error).message}; correct or delete it`);
  }
  const known: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(DEFAULTS)) {
    const given = (found as Record<string, unknown> | null)?.[name];
    if (given === undefined) continue;
    if (typeof given !== typeof value) throw new CallError('usage', `${configPath()}: ${name} must be a ${typeof value}`);
    known[name] = given;
  }
  return known as Partial<Config>;
}

/** Writes one setting, keeping whatever else stands in the file. */
export function writeConfig(change: Partial<Config>): void {
  let found: object = {};
  try {
    found = JSON.parse(readFileSync(configPath(), 'utf8')) as object;
  } catch {
    // absent or unreadable: start anew
  }
  mkdirSync(dirname(configPath()), { recursive: true, mode: 0o700 });
  const draft = `${configPath()}.${process.pid}`;
  writeFileSync(draft, JSON.stringify({ ...found, ...change }, null, 2) + '\n', { mode: 0o600 });
  renameSync(draft, configPath());
}
