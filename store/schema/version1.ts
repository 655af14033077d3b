/**
 * The first schema. Object ids are raw bytes; vectors are packed as store/vectorPacking.ts says.
 *
 * - AUTOINCREMENT, so that a row id never comes back with another meaning while a view still holds it.
 * - The chunks of a blob have consecutive ids from `first_chunk`, in order: no index on (blob, ordinal) is needed.
 * - `term_counts` (Uint16 LE a chunk) keeps what ranking needs of every chunk away from the large chunk rows.
 * - The large columns stand last, so that reading the small ones does not follow their overflow pages.
 * - directory_entry.kind: 0 a file (child is a blob), 1 a directory, 2 a skipped entry (reason instead of child).
 */
export const version1 = `
create table meta (key text primary key, value text not null) without rowid;
create table counter (name text primary key, value integer not null) without rowid;
create table blob (
  id integer primary key autoincrement,
  oid blob not null,
  language text not null,
  bytes integer not null,
  skip text,
  first_chunk integer not null,
  chunk_count integer not null,
  term_counts blob not null,
  file_key blob,
  file_scales blob,
  file_memory blob,
  line_hashes blob not null
);
create unique index blob_oid on blob (oid, language);
create table chunk (
  id integer primary key autoincrement,
  start_byte integer not null,
  end_byte integer not null,
  start_line integer not null,
  end_line integer not null,
  identifiers blob not null,
  key blob not null,
  scales blob not null,
  memory blob not null
);
create table directory (
  id integer primary key autoincrement,
  tree blob not null,
  scope text not null,
  key blob not null,
  scales blob not null,
  memory blob not null
);
create unique index directory_tree on directory (tree, scope);
create table directory_entry (
  directory integer not null,
  ordinal integer not null,
  kind integer not null,
  name blob not null,
  child integer,
  reason text,
  primary key (directory, ordinal)
) without rowid;
create table ref (
  worktree text not null,
  ref text not null,
  commit_oid blob not null,
  tree blob not null,
  scope text not null,
  state text not null,
  updated integer not null,
  primary key (worktree, ref)
) without rowid;
`;
