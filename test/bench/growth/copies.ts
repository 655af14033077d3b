/**
 * A repository of any size: copy after copy of a real project, each a folder with names of its own (renaming.ts) and
 * keys near the real ones. Everything follows from the project and the number of the file.
 */
import { identifiersOf } from '../../../daemon/chunker/identifiers.js';
import { linesOf } from '../../../daemon/chunker/chunker.js';
import { hashLines } from '../../../daemon/copylane/lineHash.js';
import type { BlobRecord, FusedVectors } from '../../../store/types.js';
import { seededRandom } from '../../eval/random.js';
import type { Project, ProjectFile } from './project.js';
import { commonNames, renamed } from './renaming.js';

/** Least and largest part of such a difference (nearKey): a copy's chunk is nearer to its original than to most, not to all. */
const MOVED = [0.2, 0.7] as const;

export interface CopiedFile {
  path: string;
  oid: string;
  language: string;
}

export interface Copies {
  /** Any whole number from 0 on. */
  file(number: number): CopiedFile;
  chunksOf(number: number): number;
  record(number: number): BlobRecord;
  text(number: number): string;
  /** Undefined for an object id that is none of these. */
  textOf(oid: string): string | undefined;
  /** How many files hold so many chunks, at least. */
  filesFor(chunks: number): number;
}

export function copiesOf(project: Project): Copies {
  const { files } = project;
  if (files.length === 0) throw new Error('the repository has no indexed source; give another --repo');
  const common = commonNames(files.map(({ text }) => text));
  const keys = files.flatMap(({ chunks }) => chunks.map(({ vectors }) => vectors.key));
  const originalOf = (number: number): ProjectFile => files[number % files.length]!;
  const copyOf = (number: number): number => Math.floor(number / files.length);

  const text = (number: number): string => renamed(originalOf(number).text, copyOf(number), common);
  const file = (number: number): CopiedFile => {
    const { path, language } = originalOf(number);
    return { path: `project${copyOf(number)}/${path}`, oid: number.toString(16).padStart(40, '0'), language };
  };
  return {
    file,
    text,
    textOf: (oid) => (/^0{28}/.test(oid) ? text(parseInt(oid, 16)) : undefined),
    chunksOf: (number) => originalOf(number).chunks.length,
    filesFor(chunks) {
      const copies = Math.floor(chunks / project.chunks);
      let number = copies * files.length;
      for (let held = copies * project.chunks; held < chunks; number++) held += originalOf(number).chunks.length;
      return number;
    },
    record(number) {
      const original = originalOf(number);
      const content = text(number);
      const lines = linesOf(content);
      const random = seededRandom(number);
      const drawn = (): Int8Array => keys[Math.floor(random() * keys.length)]!;
      const near = (vectors: FusedVectors): FusedVectors => (copyOf(number) === 0 ? vectors : { ...vectors, key: nearKey(vectors.key, [drawn(), drawn()], MOVED[0] + (MOVED[1] - MOVED[0]) * random()) });
      let end = 0;
      return {
        oid: file(number).oid,
        language: original.language,
        bytes: Buffer.byteLength(content),
        skip: null,
        lineHashes: hashLines(content),
        chunks: original.chunks.map(({ startLine, endLine, vectors }) => {
          const piece = lines.slice(startLine, endLine).join('');
          const startByte = end;
          end += Buffer.byteLength(piece);
          return { startByte, endByte: end, startLine, endLine, identifiers: identifiersOf(piece, original.language), vectors: near(vectors) };
        }),
        file: near(original.file),
      };
    },
  };
}

/**
 * A key moved by a part of the difference of two others, as int8 of a unit vector again: what keys have in common stays,
 * and they differ in the directions in which real ones do. All are [keyDim].
 */
export function nearKey(key: Int8Array, [one, other]: readonly [Int8Array, Int8Array], part: number): Int8Array {
  const moved = Float32Array.from(key, (value, at) => value + part * (one[at]! - other[at]!));
  let square = 0;
  for (const value of moved) square += value * value;
  const unit = square === 0 ? 0 : 127 / Math.sqrt(square);
  const near = new Int8Array(key.length);
  for (let at = 0; at < key.length; at++) near[at] = Math.round(moved[at]! * unit);
  return near;
}
