import type { Database } from 'better-sqlite3';
import { encodeName } from './entryName.js';
import { StoreError } from './errors.js';
import { keyColumn } from './schema/searchTables.js';
import type { DirectoryChild, DirectoryKey, DirectoryRecord, FusedVectors, VectorShapes } from './types.js';
import { packVectors, unpackVectors, type PackedVectors } from './vectorPacking.js';

/** directory_entry.kind */
export const entryKind = { file: 0, directory: 1, skipped: 2 } as const;

/** Reads and writes directory nodes and what they hold. */
export function createDirectoryTable(db: Database, shapes: VectorShapes) {
  const find = db.prepare<[Buffer, string], number>('select id from directory where tree = ? and scope = ?').pluck();
  const findBlob = db.prepare<[Buffer, string], number>('select id from blob where oid = ? and language = ?').pluck();
  const read = db.prepare<[Buffer, string], PackedVectors>(`select scales, memory, ${keyColumn('directory_keys')} from directory where tree = ? and scope = ?`);
  const insert = db.prepare('insert into directory (tree, scope, scales, memory) values (?, ?, ?, ?)');
  const insertEntry = db.prepare('insert into directory_entry (directory, ordinal, kind, name, child, reason) values (?, ?, ?, ?, ?, ?)');
  const insertKey = db.prepare('insert into directory_keys (rowid, key) values (?, vec_int8(?))');

  const idOf = (key: DirectoryKey): number | undefined => find.get(Buffer.from(key.tree, 'hex'), key.scope);

  function childId(child: DirectoryChild): number {
    const oid = Buffer.from(child.oid, 'hex');
    const id = child.kind === 'file' ? findBlob.get(oid, child.language) : find.get(oid, child.scope);
    if (id === undefined) {
      throw new StoreError('missing-object', `${child.kind} ${child.name} (${child.oid}) is not stored yet: put the children before their directory`);
    }
    return id;
  }

  const put = db.transaction((record: DirectoryRecord): void => {
    if (idOf(record) !== undefined) return;
    const packed = packVectors(record.vectors, shapes);
    const children = record.children.map((child) => ({ child, id: childId(child) }));
    const { lastInsertRowid } = insert.run(Buffer.from(record.tree, 'hex'), record.scope, packed.scales, packed.memory);
    let ordinal = 0;
    for (const { child, id } of children) {
      insertEntry.run(lastInsertRowid, ordinal++, entryKind[child.kind], encodeName(child.name), id, null);
    }
    for (const { name, reason } of record.skipped) {
      insertEntry.run(lastInsertRowid, ordinal++, entryKind.skipped, encodeName(name), null, reason);
    }
    insertKey.run(BigInt(lastInsertRowid), packed.key);
  });

  return {
    idOf,
    put(record: DirectoryRecord): void {
      put.immediate(record);
    },
    vectors(key: DirectoryKey): FusedVectors | undefined {
      const row = read.get(Buffer.from(key.tree, 'hex'), key.scope);
      return row && unpackVectors(row);
    },
  };
}
