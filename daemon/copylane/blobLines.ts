/** The lines of blobs, decoded once and kept for a while. */
import { splitLines } from './lineHash.js';

export type ReadBlob = (oid: string) => Promise<Buffer | string | undefined>;

/** Characters of decoded text kept. */
const KEPT_CHARS = 16 * 1024 * 1024;

export class BlobLines {
  private readonly kept = new Map<string, { lines: string[]; chars: number }>();
  private chars = 0;

  constructor(private readonly readBlob: ReadBlob) {}

  /** Undefined when the blob is not to be had. */
  async lines(oid: string): Promise<string[] | undefined> {
    const known = this.kept.get(oid);
    if (known) {
      this.kept.delete(oid);
      this.kept.set(oid, known);
      return known.lines;
    }
    const content = await this.readBlob(oid);
    if (content === undefined) return undefined;
    const text = content.toString();
    const entry = { lines: splitLines(text), chars: text.length };
    if (!this.kept.has(oid)) this.chars += entry.chars;
    this.kept.set(oid, entry);
    for (const [oldest, { chars }] of this.kept) {
      if (this.chars <= KEPT_CHARS || oldest === oid) break;
      this.kept.delete(oldest);
      this.chars -= chars;
    }
    return entry.lines;
  }
}
