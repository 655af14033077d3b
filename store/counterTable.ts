import type { Database } from 'better-sqlite3';
import type { Counters } from './types.js';

const names = ['chunks_fused', 'nodes_fused', 'blobs_read', 'completions', 'hooks'] as const satisfies readonly (keyof Counters)[];

/** Counts since the database was made; they outlive a change of model. */
export function createCounterTable(db: Database) {
  const all = db.prepare<[], { name: string; value: number }>('select name, value from counter');
  const add = db.prepare('insert into counter (name, value) values (?, ?) on conflict (name) do update set value = value + excluded.value');
  const bump = db.transaction((counters: Partial<Counters>): void => {
    for (const name of names) if (counters[name]) add.run(name, counters[name]);
  });
  return {
    read(): Counters {
      const found = new Map(all.all().map((row) => [row.name, row.value]));
      return Object.fromEntries(names.map((name) => [name, found.get(name) ?? 0])) as unknown as Counters;
    },
    bump(counters: Partial<Counters>): void {
      bump.immediate(counters);
    },
  };
}
