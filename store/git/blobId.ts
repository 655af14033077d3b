import { createHash } from 'node:crypto';

/** The object id that Git gives a text as a blob, in the format of another id of the same repository. */
export function blobId(text: string, like: string): string {
  const bytes = Buffer.from(text);
  return createHash(like.length === 64 ? 'sha256' : 'sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
