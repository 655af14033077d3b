/** One blob: read, refuse or chunk, fuse, write. Written whole or not at all, so a crash leaves nothing half done. */
import type { Inference } from '../../models/types.js';
import type { BlobRecord, ObjectReader, SkipReason, Store } from '../../store/types.js';
import type { Chunker } from '../chunker/chunker.js';
import { identifiersOf } from '../chunker/identifiers.js';
import { HUGE_BYTES, refuseContent } from '../chunker/refuse.js';
import { hashLines } from '../copylane/lineHash.js';
import type { EarlierVectors } from './earlierVectors.js';
import type { PlannedBlob } from './plan.js';
import { isVectorless, noVectors } from './vectorless.js';

export interface BlobTools {
  store: Store;
  objects: ObjectReader;
  chunker: Chunker;
  inference: Inference;
  /** Vectors of chunks in the version of a file that was indexed before. */
  earlier: EarlierVectors;
}

/** A record without chunks: refused, or an empty file (skip null). */
function chunkless(blob: PlannedBlob, bytes: number, skip: SkipReason | null): BlobRecord {
  return { oid: blob.oid, language: blob.language, bytes, skip, lineHashes: new Uint32Array(0), chunks: [], file: null };
}

/** Undefined when the object is not in this clone. */
async function makeRecord(blob: PlannedBlob, tools: BlobTools, signal: AbortSignal): Promise<{ record: BlobRecord; fused: number } | undefined> {
  const size = await tools.objects.blobSize(blob.oid);
  if (size === undefined) return undefined;
  if (size > HUGE_BYTES) return { record: chunkless(blob, size, 'huge'), fused: 0 };
  const bytes = await tools.objects.readBlob(blob.oid);
  if (bytes === undefined) return undefined;
  const skip = refuseContent(bytes);
  if (skip) return { record: chunkless(blob, bytes.length, skip), fused: 0 };
  const text = bytes.toString('utf8');
  const chunks = await tools.chunker.chunk(text, blob.language);
  const texts = chunks.map((chunk) => bytes.subarray(chunk.startByte, chunk.endByte).toString('utf8'));
  if (texts.length === 0) return { record: chunkless(blob, bytes.length, null), fused: 0 };
  const { shapes } = tools.inference;
  const earlier = await tools.earlier(blob.path);
  const toFuse = texts.map((one) => earlier.get(one) ?? one);
  const fused = isVectorless(shapes)
    ? { chunks: texts.map(() => noVectors(shapes)), file: noVectors(shapes) }
    : await tools.inference.fuseBlob(toFuse, { priority: 'index', signal });
  const record: BlobRecord = {
    oid: blob.oid,
    language: blob.language,
    bytes: bytes.length,
    skip: null,
    lineHashes: hashLines(text),
    chunks: chunks.map((chunk, k) => ({ ...chunk, identifiers: identifiersOf(texts[k]!, blob.language), vectors: fused.chunks[k]! })),
    file: fused.file,
  };
  return { record, fused: toFuse.filter((chunk) => typeof chunk === 'string').length };
}

/** Brings one blob into the store; returns its bytes and the chunks and file nodes fused, undefined when it is not in this clone. */
export async function indexBlob(blob: PlannedBlob, tools: BlobTools, signal: AbortSignal): Promise<{ bytes: number; chunks: number; nodes: number } | undefined> {
  const made = await makeRecord(blob, tools, signal);
  signal.throwIfAborted();
  if (made === undefined) return undefined;
  const { record, fused } = made;
  tools.store.putBlob(record);
  return { bytes: record.bytes, chunks: fused, nodes: record.file ? 1 : 0 };
}
