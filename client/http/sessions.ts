/**
 * Names of sessions for requests that come without any. Requests about one file follow one another, and each finds in
 * its session what the last left in the model's cache; requests that overlap get sessions of their own, since a newer call
 * of one session stops the older, and an HTTP client that no longer wants an answer hangs up.
 */
export interface Lease {
  session: string;
  end(): void;
}

export function createSessions(): { lease(file: string): Lease } {
  const taken = new Set<string>();
  return {
    lease(file) {
      let number = 0;
      const name = (): string => `http:${process.pid}:${number}:${file}`;
      while (taken.has(name())) number++;
      const session = name();
      taken.add(session);
      return { session, end: () => void taken.delete(session) };
    },
  };
}
