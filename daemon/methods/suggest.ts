/** Command lines for the shell: those of the repository's files, the lanes' own, and the shell's history where it was sent. */
import { realpathSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { openObjects } from '../../store/git/openObjects.js';
import { StoreError } from '../../store/errors.js';
import type { RepositoryPlace } from '../../store/types.js';
import { refusePath } from '../chunker/refuse.js';
import { readConfig } from '../config.js';
import { CallError } from '../ipc/errors.js';
import type { SuggestParams } from '../ipc/protocol.js';
import type { Served } from '../repositories.js';
import { createGatherer, type Gathered, type Gatherer } from '../shell/gather.js';
import { match } from '../shell/match.js';
import { mix } from '../shell/mix.js';
import { movedTo } from '../shell/movedTo.js';
import { pastLines, withPast } from '../shell/pastLines.js';
import { isSecretLine } from '../shell/secretLine.js';
import { type Writing, type Written, writeOn } from '../shell/writeOn.js';
import { type Handler, locate } from './context.js';

const DEFAULT_TIMEOUT_MS = 1000;
const DEFAULT_LIMIT = 10;
/** A tree that takes longer to walk than this is left; what was seen of it is not walked again. */
const WALK_MS = 30_000;
/** Part of the time that gathering may take, for the model's sake. */
const GATHERING = 0.7;
const LONGEST_LINE = 64 * 1024;
/** Longer lines are not the lanes' to end, in characters. */
const LONGEST_WRITTEN = 2000;
const MOST_HISTORY = 5000;
/** Repositories whose commands are remembered. */
const REMEMBERED = 16;

const gatherers = new Map<string, Gatherer>();

function gathererOf(commonDir: string): Gatherer {
  const known = gatherers.get(commonDir) ?? createGatherer();
  gatherers.delete(commonDir);
  gatherers.set(commonDir, known);
  for (const oldest of gatherers.keys()) if (gatherers.size > REMEMBERED) gatherers.delete(oldest);
  return known;
}

function checkParams({ directory, left, right = '', history = [], limit = DEFAULT_LIMIT, timeout = DEFAULT_TIMEOUT_MS }: SuggestParams): void {
  if (typeof directory !== 'string' || !isAbsolute(directory)) throw new CallError('usage', 'the directory must be an absolute path');
  if (typeof left !== 'string' || typeof right !== 'string' || left.length + right.length > LONGEST_LINE) throw new CallError('usage', `the command line must be text of at most ${LONGEST_LINE} characters`);
  if (!Array.isArray(history) || !history.every((one) => typeof one === 'string')) throw new CallError('usage', 'the history must be a list of lines');
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 100)) throw new CallError('usage', 'the limit must be between 1 and 100');
  if (!(timeout > 0 && timeout <= 120_000)) throw new CallError('usage', 'the timeout must be between 1 and 120000 ms');
}

/** The folder from the root of the tree, '' where it is not in the work tree. */
function folderIn(place: RepositoryPlace, directory: string): string {
  const inside = place.worktree === null ? '..' : relative(place.worktree, realpathSync(directory)).split(sep).join('/');
  return inside.startsWith('..') || inside.split('/')[0] === '.git' ? '' : inside;
}

export const suggest: Handler<'suggest'> = async (daemon, { params, signal, connection }) => {
  const received = Date.now();
  checkParams(params);
  if (!readConfig().enabled) return { suggestions: [], reason: 'disabled' };
  const { directory, left, right = '', limit = DEFAULT_LIMIT, timeout = DEFAULT_TIMEOUT_MS } = params;
  const past = pastLines((params.history ?? []).slice(-MOST_HISTORY));
  const deadline = received + timeout;
  const place = await locate(directory).catch((error: unknown) => {
    // The history alone will do outside a repository.
    if (error instanceof StoreError && error.code === 'not-a-repository' && past.length > 0) return undefined;
    throw error;
  });
  // Opening a repository waits for the model; its files can be read without.
  const served = place && daemon.bundle.loaded() ? await daemon.repositories.openSetUp(place) : undefined;
  const folder = place === undefined ? '' : movedTo(folderIn(place, directory), left);
  const gathered = place === undefined ? { candidates: [], complete: true } : await within(received + timeout * GATHERING, gather(place, served, folder, received + timeout * GATHERING));
  const candidates = withPast(gathered?.candidates ?? [], past);
  const matches = match(candidates, { left, right }, limit);
  // History goes no further than the ranking: the model keeps what it read for a while.
  const mayWrite = left.length + right.length <= LONGEST_WRITTEN && !isSecretLine(left + right) && refusePath(`${folder}/-`) === null;
  const written = served && gathered && mayWrite ? await within(deadline, write(served, { folder, left, right, candidates: gathered.candidates, deadline, session: params.session ?? `${connection}:suggest` }, signal)) : undefined;
  const suggestions = mix(matches, written).slice(0, limit);
  return { suggestions, reason: suggestions.length > 0 ? 'ok' : gathered?.complete !== true ? 'deadline' : 'no-suggestion' };
};

async function gather(place: RepositoryPlace, served: Served | undefined, folder: string, deadline: number): Promise<Gathered> {
  const objects = served?.repository.objects ?? (await openObjects(place));
  try {
    return await gathererOf(place.commonDir).candidates(objects, folder, { signal: AbortSignal.timeout(WALK_MS), deadline });
  } finally {
    if (served === undefined) objects.close();
  }
}

/** The lanes' own ending; where they fail there is none, and the repository's lines are there all the same. */
async function write(served: Served, writing: Writing, signal: AbortSignal): Promise<Written | undefined> {
  try {
    return await writeOn((request) => served.repository.complete(request, { signal }), writing);
  } catch {
    return undefined;
  }
}

/** undefined: it was not done by then (a Date.now() value). */
async function within<T>(deadline: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), Math.max(0, deadline - Date.now()))));
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
