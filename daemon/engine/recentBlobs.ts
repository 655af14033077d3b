import type { ObjectReader } from '../../store/types.js';

/** Bytes of content kept; a larger blob is read each time. */
const KEPT_BYTES = 8 * 2 ** 20;

/**
 * The same reader, except that blobs read lately are kept: a completion reads the text of the chunks it remembers, and
 * the next keystroke mostly remembers the same. Content is shared and must not be changed.
 */
export function recentBlobs(objects: ObjectReader, keptBytes = KEPT_BYTES): ObjectReader {
  const known = new Map<string, Buffer>();
  let bytes = 0;
  return {
    ...objects,
    async readBlob(oid) {
      const found = known.get(oid) ?? (await objects.readBlob(oid));
      // What is not there may come yet: a partial clone fetches.
      if (found === undefined || found.length > keptBytes) return found;
      if (known.delete(oid)) bytes -= found.length;
      known.set(oid, found);
      bytes += found.length;
      for (const [oldest, content] of known) {
        if (bytes <= keptBytes) break;
        known.delete(oldest);
        bytes -= content.length;
      }
      return found;
    },
  };
}
