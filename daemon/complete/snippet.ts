/** The text of the retrieved chunks, best first: what the snippet lane pastes where the memory lane gives vectors. */
import type { Hit, ObjectReader, TreeView } from '../../store/types.js';

/** More chunks than any budget of pasted tokens takes; the model room cuts by tokens. */
const CHUNKS = 24;

/** The chunk's text, or undefined when its blob can no longer be read. */
export async function chunkText(view: TreeView, objects: ObjectReader, hit: Hit): Promise<string | undefined> {
  const { oid, startByte, endByte } = view.chunkRange(hit);
  return (await objects.readBlob(oid))?.subarray(startByte, endByte).toString('utf8');
}

export async function assembleSnippets(view: TreeView, objects: ObjectReader, hits: readonly Hit[], tokens: number): Promise<{ text: string; hit: Hit }[]> {
  // A chunk has about 100 tokens on average and is never worth less than 16.
  const chunks = hits.filter((hit) => hit.kind === 'chunk').slice(0, Math.min(CHUNKS, Math.ceil(tokens / 16)));
  const texts = await Promise.all(chunks.map((hit) => chunkText(view, objects, hit)));
  return chunks.flatMap((hit, k) => (texts[k] === undefined ? [] : [{ text: texts[k], hit }]));
}
