/** Which chunks a retrieval should bring: those that hold what the hidden line names, or the line itself. */
import { identifiersInOrder } from '../../daemon/chunker/identifiers.js';
import { languageOf } from '../../daemon/chunker/language.js';
import type { ObjectReader, TreeView } from '../../store/types.js';
import type { Prompt } from './prompt.js';

/** An identifier that stands in more chunks than this is not rare. */
export const RARE = 20;
/** Lines above the cursor that say most of what comes: a name there needs no retrieval. */
const NEAR_LINES = 20;

/** The identifiers of every live chunk of a tree, keywords and single characters apart. */
export interface ChunkNames {
  /** Row ids of the chunks that hold an identifier. */
  holders: ReadonlyMap<string, readonly number[]>;
  oidOf: ReadonlyMap<number, string>;
  /** Row ids of the chunks that hold a line, without outer blanks. */
  lines: ReadonlyMap<string, readonly number[]>;
}

export async function readChunkNames(view: TreeView, objects: ObjectReader): Promise<ChunkNames> {
  const holders = new Map<string, number[]>();
  const oidOf = new Map<number, string>();
  const lines = new Map<string, number[]>();
  for (const { path, oid, language } of view.files()) {
    const blob = await objects.readBlob(oid);
    if (blob === undefined) continue;
    for (const chunk of view.chunksOf(path)) {
      // A copy of the file under another path has the same chunks.
      if (oidOf.has(chunk.id)) continue;
      oidOf.set(chunk.id, oid);
      const { startByte, endByte } = view.chunkRange(chunk);
      const text = blob.subarray(startByte, endByte).toString('utf8');
      const hold = (held: Map<string, number[]>, key: string): unknown => held.get(key)?.push(chunk.id) ?? held.set(key, [chunk.id]);
      for (const name of new Set(identifiersInOrder(text, language))) hold(holders, name);
      for (const row of new Set(text.split('\n').map((each) => each.trim()))) hold(lines, row);
    }
  }
  return { holders, oidOf, lines };
}

/** Row ids; empty where there is nothing to retrieve. */
export interface Gold {
  /** By names of the hidden line that stand in 20 chunks or fewer, and not in the 20 lines above the cursor. */
  rare: ReadonlySet<number>;
  /** By names of the hidden line that stand nowhere above the cursor, however many chunks hold them. */
  unseen: ReadonlySet<number>;
  /** By the hidden line itself, word for word. */
  line: ReadonlySet<number>;
}

/**
 * Of the chunks outside the edited file and its copies, those that hold the most of the line's names of either kind;
 * several when they hold equally many. A name that no such chunk holds does not count.
 */
export function goldChunks({ holders, oidOf, lines }: ChunkNames, { path, oid }: { path: string; oid: string | undefined }, { prefix, target }: Prompt): Gold {
  const language = languageOf(path);
  const names = [...new Set(identifiersInOrder(target, language))];
  const above = new Set(identifiersInOrder(prefix, language));
  const near = new Set(identifiersInOrder(prefix.split('\n').slice(-NEAR_LINES - 1).join('\n'), language));
  const elsewhere = (ids: readonly number[] | undefined): number[] => (ids ?? []).filter((id) => oid === undefined || oidOf.get(id) !== oid);
  const outside = (name: string): number[] => elsewhere(holders.get(name));
  return {
    rare: holdingMost(names.filter((name) => !near.has(name)).map(outside).filter((ids) => ids.length <= RARE)),
    unseen: holdingMost(names.filter((name) => !above.has(name)).map(outside)),
    line: new Set(elsewhere(lines.get(target.trim()))),
  };
}

function holdingMost(lists: readonly (readonly number[])[]): Set<number> {
  const held = new Map<number, number>();
  for (const id of lists.flat()) held.set(id, (held.get(id) ?? 0) + 1);
  const most = Math.max(0, ...held.values());
  return new Set([...held].filter(([, count]) => count === most).map(([id]) => id));
}
