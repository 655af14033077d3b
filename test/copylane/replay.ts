/** Replays line completion on real repositories through the copy lane alone, without a database. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { languageOf } from '../../daemon/chunker/language.js';
import { refuseContent, refusePath } from '../../daemon/chunker/refuse.js';
import { hashLines } from '../../daemon/copylane/lineHash.js';
import { TokenIndex } from '../../daemon/copylane/tokenIndex.js';
import { LineIndex } from '../../daemon/copylane/lineIndex.js';

/** One line to complete: its path in the tree and its 1-based number. */
export interface LineTask {
  path: string;
  line: number;
}

export interface OpenedCommit {
  index: LineIndex;
  tokens: TokenIndex;
  /** Text by blob id. */
  read(oid: string): Promise<string | undefined>;
  /** Text by path, indexed or not. */
  text(path: string): string | undefined;
  /** Paths of files with a grammar. */
  sources: string[];
  /** Paths of all indexed files. */
  live: string[];
}

/** A bare repository `owner+name/repo` below a folder, or `owner+name` itself. */
export function repositoryFolder(repos: string, name: string): string {
  return join(repos, name.replace('/', '+'), 'repo');
}

function git(folder: string, args: string[], input?: string): Buffer {
  const run = spawnSync('git', ['-C', folder, ...args], { input, maxBuffer: 2 ** 30 });
  if (run.status !== 0) throw new Error(`git ${args.join(' ')} in ${folder}: ${run.stderr.toString().trim()}`);
  return run.stdout;
}

/**
 * @param options.copiesApart identical copies of a file under other paths count as other files, so that an edited file is
 * copied from them: laxer than the product, to compare with figures measured that way
 */
export async function openCommit(folder: string, commit: string, options: { copiesApart?: boolean } = {}): Promise<OpenedCommit> {
  const entries = git(folder, ['ls-tree', '-r', '-z', commit]).toString().split('\0').flatMap((row) => {
    const [meta, path] = row.split('\t');
    const [mode, , oid] = meta!.split(' ');
    return path !== undefined && oid !== undefined && mode!.startsWith('100') ? [{ path, oid }] : [];
  });
  const blobs = readBlobs(folder, [...new Set(entries.map((entry) => entry.oid))]);
  const paths = new Map(entries.map((entry) => [entry.path, entry.oid]));
  const index = new LineIndex();
  const live = entries.filter(({ path, oid }) => blobs.has(oid) && !refusePath(path) && !refuseContent(blobs.get(oid)!));
  const idOf = ({ path, oid }: { path: string; oid: string }): string => (options.copiesApart ? `${oid} ${path}` : oid);
  const read = async (id: string): Promise<string | undefined> => blobs.get(id.split(' ')[0]!)?.toString();
  const files = live.map((entry) => ({ path: entry.path, oid: idOf(entry), hashes: hashLines(blobs.get(entry.oid)!.toString()) }));
  index.update(files);
  const tokens = new TokenIndex(read);
  tokens.update(files);
  await tokens.settled();
  return {
    index,
    tokens,
    read,
    text: (path) => blobs.get(paths.get(path) ?? '')?.toString(),
    live: live.map((entry) => entry.path),
    sources: live.map((entry) => entry.path).filter((path) => languageOf(path) !== 'text'),
  };
}

/** Blobs of up to 1 MiB. */
function readBlobs(folder: string, oids: string[]): Map<string, Buffer> {
  const sizes = git(folder, ['cat-file', '--batch-check'], oids.join('\n')).toString().split('\n');
  const wanted = oids.filter((_, k) => Number(sizes[k]!.split(' ')[2]) <= 1024 * 1024);
  const out = git(folder, ['cat-file', '--batch'], wanted.join('\n'));
  const blobs = new Map<string, Buffer>();
  for (let at = 0; at < out.length; ) {
    const newline = out.indexOf(10, at);
    const [oid, , size] = out.subarray(at, newline).toString().split(' ');
    blobs.set(oid!, out.subarray(newline + 1, newline + 1 + Number(size)));
    at = newline + 2 + Number(size);
  }
  return blobs;
}

/** Prompt of a line: everything above it, then its indentation and the first `typed` characters; and what stands below it. */
export function promptOf(text: string, line: number, typed = 0): { prefix: string; suffix: string; target: string } {
  const lines = text.split('\n');
  const target = lines[line - 1]!;
  const indent = /^[ \t]*/.exec(target)![0];
  const column = indent.length + typed;
  const prefix = lines.slice(0, line - 1).map((one) => `${one}\n`).join('') + target.slice(0, column);
  return { prefix, suffix: `\n${lines.slice(line).join('\n')}`, target: target.slice(column).trim() };
}

/** First non-blank line of a prediction, without outer blanks. */
export function firstLine(text: string): string {
  return text.split('\n').map((line) => line.trim()).find((line) => line !== '') ?? '';
}
