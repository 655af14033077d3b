/** One store a database folder, however many worktrees use it: SQLite has one writer, and so do we. */
import { openStore } from '../../store/open.js';
import type { Store, StoreOptions } from '../../store/types.js';

export interface StorePool {
  take(options: StoreOptions): Store;
  give(directory: string): void;
  closeAll(): void;
}

export function createStorePool(): StorePool {
  const open = new Map<string, { store: Store; users: number }>();
  return {
    take(options) {
      const found = open.get(options.directory) ?? { store: openStore(options), users: 0 };
      found.users++;
      open.set(options.directory, found);
      return found.store;
    },
    give(directory) {
      const found = open.get(directory);
      if (!found || --found.users > 0) return;
      open.delete(directory);
      found.store.close();
    },
    closeAll() {
      for (const { store } of open.values()) store.close();
      open.clear();
    },
  };
}
