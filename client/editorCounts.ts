/** What became of the suggestions shown in editors: four numbers in hefc's state folder, which never leave it. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stateFolder } from '../daemon/ipc/paths.js';

export interface EditorCounts {
  /** Suggestions handed to an editor; one that is typed along is still the same. */
  shown: number;
  /** Taken whole. */
  accepted: number;
  /** Taken a word or so at a time. */
  partial: number;
  /** Neither, and something else was written. One typed out by hand counts as shown alone. */
  dismissed: number;
}

const NAMES = ['shown', 'accepted', 'partial', 'dismissed'] as const;

const file = (): string => path.join(stateFolder(), 'editor.json');

/** All zero where nothing was counted yet, or the file is not readable. */
export function readEditorCounts(): EditorCounts {
  let found: Partial<Record<string, unknown>> = {};
  try {
    found = (JSON.parse(readFileSync(file(), 'utf8')) ?? {}) as typeof found;
  } catch {
    // As good as none.
  }
  const count = (name: string): number => (Number.isSafeInteger(found[name]) ? Math.max(0, found[name] as number) : 0);
  return Object.fromEntries(NAMES.map((name) => [name, count(name)])) as unknown as EditorCounts;
}

/**
 * Adds to the counts. Two editors that write in the same millisecond may lose what one of them counted. Throws when the
 * state folder cannot be written.
 */
export function addEditorCounts(more: EditorCounts): void {
  const counts = readEditorCounts();
  for (const name of NAMES) counts[name] += more[name];
  const draft = `${file()}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(counts)}\n`, { mode: 0o600 });
  renameSync(draft, file());
}

/** `120 shown: 40 accepted, 3 in part, 60 dismissed`. */
export function describeCounts({ shown, accepted, partial, dismissed }: EditorCounts): string {
  return `${shown} shown: ${accepted} accepted, ${partial} in part, ${dismissed} dismissed`;
}
