import fs from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import git from 'isomorphic-git';
import { StoreError } from '../errors.js';
import type { ObjectReader, RepositoryPlace } from '../types.js';
import { largestObject, missingTree, tooLarge, unknownRevision } from './readerErrors.js';
import { parseTree, treeOfCommit } from './treeObject.js';

interface RawObject {
  oid: string;
  type: string;
  bytes: Buffer;
}

/** Tags of tags end somewhere. */
const deepestTag = 16;

/**
 * Reads through isomorphic-git, for machines without git. It holds whole packs in memory (in `cache`, until closed) and
 * knows nothing of worktrees: objects and shared refs are looked up in the common directory, HEAD in the worktree's own.
 */
export function createEmbeddedReader(place: RepositoryPlace): ObjectReader {
  const shared = { fs, gitdir: place.commonDir };
  let cache = {};
  /** The size of an object is had only by reading it; the content that usually is asked for next is kept. */
  let last: RawObject | undefined;

  async function read(oid: string): Promise<RawObject | undefined> {
    if (last?.oid === oid) return last;
    try {
      const found = await git.readObject({ ...shared, oid, format: 'content', cache });
      last = { oid, type: found.type, bytes: Buffer.from(found.object as Uint8Array) };
      return last;
    } catch (error) {
      if ((error as { code?: string }).code === 'NotFoundError') return undefined;
      throw new StoreError('git-failed', `object ${oid} could not be read (${(error as Error).message}): install git, or run git fsck`, { cause: error });
    }
  }

  async function blob(oid: string): Promise<Buffer | undefined> {
    const object = await read(oid);
    return object?.type === 'blob' ? object.bytes : undefined;
  }

  async function head(): Promise<{ ref: string; commit: string | null }> {
    const text = (await readFile(join(place.gitDir, 'HEAD'), 'utf8')).trim();
    const ref = /^ref: (.+)$/.exec(text)?.[1];
    return ref === undefined ? { ref: 'HEAD', commit: text } : { ref, commit: (await resolveRef(ref)) ?? null };
  }

  async function resolveRef(ref: string): Promise<string | undefined> {
    return git.resolveRef({ ...shared, ref }).catch(() => undefined);
  }

  async function resolve(revision: string): Promise<string | undefined> {
    if (revision === 'HEAD' || revision === '@') return (await head()).commit ?? undefined;
    if (/^[0-9a-f]{40}$/.test(revision)) return revision;
    const named = /^[\w./@+-]+$/.test(revision) || /[^\0-\u007f]/.test(revision) ? await resolveRef(revision) : undefined;
    if (named !== undefined) return named;
    if (!/^[0-9a-f]{4,39}$/.test(revision)) return undefined;
    return git.expandOid({ ...shared, oid: revision, cache }).catch(() => undefined);
  }

  async function commitOf(revision: string): Promise<RawObject | undefined> {
    let oid = await resolve(revision);
    for (let depth = 0; oid !== undefined && depth < deepestTag; depth++) {
      const object: RawObject | undefined = await read(oid);
      if (object?.type !== 'tag') return object?.type === 'commit' ? object : undefined;
      oid = /^object ([0-9a-f]{40})\n/.exec(object.bytes.toString('latin1', 0, 48))?.[1];
    }
    return undefined;
  }

  return {
    kind: 'isomorphic-git',
    async readTree(oid) {
      const object = await read(oid);
      if (object?.type !== 'tree') throw missingTree(oid);
      return parseTree(oid, object.bytes);
    },
    async readBlob(oid) {
      const content = await blob(oid);
      if (content && content.length > largestObject) throw tooLarge(oid, content.length);
      return content;
    },
    blobSize: async (oid) => (await read(oid))?.bytes.length,
    async rootTree(revision) {
      const commit = await commitOf(revision);
      if (commit === undefined) throw unknownRevision(revision);
      return { commit: commit.oid, tree: treeOfCommit(commit.oid, commit.bytes) };
    },
    branches: async () => (await git.listBranches(shared)).map((name) => `refs/heads/${name}`).sort(),
    head,
    async close() {
      cache = {};
      last = undefined;
    },
  };
}
