import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StoreError } from '../errors.js';
import type { ObjectReader, RepositoryPlace } from '../types.js';
import { startCatFile, type CatFileObject } from './catFile.js';
import { gitEnvironment } from './environment.js';
import { largestObject, missingTree, tooLarge, unknownRevision } from './readerErrors.js';
import { parseTree, treeOfCommit } from './treeObject.js';

const run = promisify(execFile);

/** [major, minor] of the git on PATH; undefined when there is none. */
export async function gitVersion(): Promise<[number, number] | undefined> {
  try {
    const { stdout } = await run('git', ['--version'], { env: gitEnvironment() });
    const numbers = /(\d+)\.(\d+)/.exec(stdout);
    return numbers ? [Number(numbers[1]), Number(numbers[2])] : undefined;
  } catch {
    return undefined;
  }
}

/** Reads through `git cat-file`: one process where git knows --batch-command (2.36), else one for each kind of question. */
export function createNativeReader(place: RepositoryPlace, version: [number, number]): ObjectReader {
  const cwd = place.worktree ?? place.gitDir;
  const asCommands = version[0] > 2 || (version[0] === 2 && version[1] >= 36);
  const contents = startCatFile(cwd, asCommands ? '--batch-command' : '--batch');
  const infos = asCommands ? contents : startCatFile(cwd, '--batch-check');

  async function content(name: string): Promise<CatFileObject | undefined> {
    const object = await contents.ask(asCommands ? `contents ${name}` : name, true, largestObject);
    if (object && object.content === undefined) throw tooLarge(object.oid, object.size);
    return object;
  }

  const info = (name: string): Promise<CatFileObject | undefined> => infos.ask(asCommands ? `info ${name}` : name, false, 0);

  return {
    kind: 'git',
    async readTree(oid) {
      const object = await content(oid);
      if (object?.type !== 'tree') throw missingTree(oid);
      return parseTree(oid, object.content!);
    },
    readBlob: async (oid) => {
      const object = await content(oid);
      return object?.type === 'blob' ? object.content : undefined;
    },
    blobSize: async (oid) => (await info(oid))?.size,
    async rootTree(revision) {
      const object = /[\0\r\n]/.test(revision) || revision === '' ? undefined : await content(`${revision}^{commit}`);
      if (object?.type !== 'commit') throw unknownRevision(revision);
      return { commit: object.oid, tree: treeOfCommit(object.oid, object.content!) };
    },
    async branches() {
      const { stdout } = await run('git', ['for-each-ref', '--format=%(refname)', 'refs/heads'], { cwd, env: gitEnvironment(), maxBuffer: 64 * 1024 * 1024 });
      return stdout.split('\n').filter((name) => name !== '').sort();
    },
    async head() {
      const ref = await headRef(place, cwd);
      const object = await info(ref === 'HEAD' ? 'HEAD^{commit}' : `${ref}^{commit}`);
      return { ref, commit: object?.oid ?? null };
    },
    async close() {
      await Promise.all([...new Set([contents, infos])].map((process) => process.close()));
    },
  };
}

async function headRef(place: RepositoryPlace, cwd: string): Promise<string> {
  const text = await readFile(join(place.gitDir, 'HEAD'), 'utf8').catch(() => '');
  const named = /^ref: (refs\/.+?)\s*$/.exec(text)?.[1];
  if (named !== undefined && named !== 'refs/heads/.invalid') return named;
  if (/^[0-9a-f]{40,64}\s*$/.test(text)) return 'HEAD';
  // Reftable keeps HEAD elsewhere and leaves a stand-in in the file.
  try {
    const { stdout } = await run('git', ['symbolic-ref', '--quiet', 'HEAD'], { cwd, env: gitEnvironment() });
    return stdout.trim();
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return 'HEAD';
    throw new StoreError('git-failed', `git symbolic-ref failed in ${cwd} (${(error as Error).message}): run git fsck there`, { cause: error });
  }
}
