/** The explanation of one completion: what was found where, what each lane said, why one was taken. */
import type { GenerateResult } from '../../models/types.js';
import type { Hit } from '../../store/types.js';
import type { CompleteResult } from '../ipc/protocol.js';
import type { Choice, CopyCandidate } from './choose.js';
import type { Retrieval } from './retrieve.js';
import { sanitize } from './sanitize.js';

const LISTED = 8;

/** 1-based, end inclusive, as people count lines. */
function lines(hit: Hit): { lines?: [number, number] } {
  return hit.startLine === undefined || hit.endLine === undefined ? {} : { lines: [hit.startLine + 1, hit.endLine] };
}

export function nodesUsed(nodes: readonly { hit: Hit; vectors: number }[]): CompleteResult['nodes'] {
  return nodes.map(({ hit, vectors }) => ({ path: hit.path, level: hit.kind, score: hit.score, vectors, ...lines(hit) }));
}

export function explain(index: { state: string; indexed: number }, retrieval: Retrieval | undefined, candidates: readonly CopyCandidate[], generated: GenerateResult | undefined, choice: Choice): NonNullable<CompleteResult['explanation']> {
  const scored = new Map(generated?.candidates.map((one) => [one.text, one]));
  const greedy = { text: generated?.text ?? '', logProb: generated?.logProb ?? 0, tokens: generated?.tokens.generated ?? 0 };
  return {
    index,
    identifiers: retrieval?.identifiers ?? [],
    lexical: (retrieval?.lexical ?? []).slice(0, LISTED).map((hit) => ({ path: hit.path, score: hit.score, ...lines(hit) })),
    dense: (retrieval?.dense ?? []).slice(0, LISTED).map((hit) => ({ path: hit.path, level: hit.kind, score: hit.score, ...lines(hit) })),
    copy: candidates.slice(0, LISTED).map(({ text, path, line, score }) => {
      const found = scored.get(text);
      return { text: sanitize(text, 'block'), path, line, score, ...(found && { logProb: found.logProb, tokens: found.tokens }) };
    }),
    model: { ...greedy, text: sanitize(greedy.text, 'block') },
    lines: choice.ranked.map(({ text, own, score, features }) => ({ text: sanitize(text, 'block'), from: own ?? 'copy', score, features })),
    chosen: { score: choice.score, why: choice.why },
  };
}
