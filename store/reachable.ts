/** Recursive query naming `live_directory(id)`: every directory some ref reaches. */
export const liveDirectories = `
  with recursive live_directory (id) as (
    select directory.id from ref join directory on directory.tree = ref.tree and directory.scope = ref.scope
    union
    select entry.child from live_directory join directory_entry entry on entry.directory = live_directory.id
    where entry.kind = 1
  )`;
