/** Tells the daemon the texts of the other open files, each once for every version, so that completions know them. */
import type { Link } from '../link.js';

/** Larger ones are refused by the daemon. */
const MAX_UNITS = 1024 * 1024;
const CALL_MS = 5000;

export interface OpenText {
  /** Absolute path. */
  file: string;
  version: number;
  text(): string;
}

export interface Unsaved {
  /** Before a completion in `file`, which is told with the completion itself. Resolves when the daemon knows; throws nothing. */
  tell(file: string): Promise<void>;
  close(file: string): void;
}

export function createUnsaved({ link, open }: { link: Link; open(): OpenText[] }): Unsaved {
  /** Versions told over the present connection, with which the daemon forgets them. */
  const told = new Map<string, number>();
  const closed = new Set<string>();
  let connection = 0;

  return {
    async tell(edited) {
      if (link.connections() !== connection) told.clear();
      connection = link.connections();
      const files: { file: string; text: string | null }[] = [...closed].map((file) => ({ file, text: null }));
      closed.clear();
      for (const { file, version, text } of open()) {
        if (file === edited || told.get(file) === version) continue;
        told.set(file, version);
        const now = text();
        files.push({ file, text: now.length > MAX_UNITS ? null : now });
      }
      if (files.length === 0) return;
      const others = told.size - files.filter(({ file }) => told.has(file)).length;
      // What the daemon does not take is missing as context; the completion says what is wrong with it.
      await link.call('buffers', { files }, { timeout: CALL_MS }).catch(() => told.clear());
      if (link.connections() === connection) return;
      // It was made for this call, which is all that the daemon has been told over it.
      if (others > 0) told.clear();
      else connection = link.connections();
    },
    close(file) {
      if (told.delete(file)) closed.add(file);
    },
  };
}
