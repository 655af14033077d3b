/** Keys and values of rows already run, one row of `rowFloats` numbers a token, in one growing buffer. */
export interface KeyValueCache {
  /** What each cached row was (see Prompt.keys). */
  readonly keys: number[];
  readonly bytes: number;
  /** The rows so far as one view, [keys.length · rowFloats]. */
  past(): Float32Array;
  /** Adds row `index` of a run's new rows. */
  append(key: number, fresh: Float32Array, index: number): void;
  /** Keeps only the first `length` rows. */
  truncate(length: number): void;
}

export function createKeyValueCache(rowFloats: number): KeyValueCache {
  const keys: number[] = [];
  let data = new Float32Array(0);
  return {
    keys,
    get bytes() {
      return data.byteLength;
    },
    past: () => data.subarray(0, keys.length * rowFloats),
    append(key, fresh, index) {
      const at = keys.length * rowFloats;
      if (at + rowFloats > data.length) {
        const larger = new Float32Array(Math.max(2 * data.length, 256 * rowFloats));
        larger.set(data.subarray(0, at));
        data = larger;
      }
      data.set(fresh.subarray(index * rowFloats, (index + 1) * rowFloats), at);
      keys.push(key);
    },
    truncate(length) {
      keys.length = Math.min(keys.length, length);
    },
  };
}

export interface CacheShelf {
  /** The cache of an open file, made when there is none; undefined names a cache that is not kept. */
  take(session: string | undefined): KeyValueCache;
  /** Lets go of the least recently used caches beyond the limits. */
  trim(): void;
}

/** Keeps the caches of the last few open files. */
export function createCacheShelf(rowFloats: number, limits: { sessions: number; bytes: number }): CacheShelf {
  const caches = new Map<string, KeyValueCache>();
  return {
    take(session) {
      if (session === undefined) return createKeyValueCache(rowFloats);
      const cache = caches.get(session) ?? createKeyValueCache(rowFloats);
      caches.delete(session);
      caches.set(session, cache);
      return cache;
    },
    trim() {
      let bytes = 0;
      for (const cache of caches.values()) bytes += cache.bytes;
      for (const [session, cache] of caches) {
        if (caches.size <= limits.sessions && bytes <= limits.bytes) return;
        bytes -= cache.bytes;
        caches.delete(session);
      }
    },
  };
}

/** How many leading numbers two lists share. */
export function commonPrefix(left: number[], right: number[]): number {
  let length = 0;
  while (length < left.length && length < right.length && left[length] === right[length]) length++;
  return length;
}
