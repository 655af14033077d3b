import type { ScoredText } from '../types.js';
import { logSum } from './logSum.js';
import { addPath, emptyTree, growth, type DraftTree } from './tree.js';

/** Texts to score, grouped into trees that are each run at once. */
export interface CandidateGroup {
  tree: DraftTree;
  /** Index of the text, its tokens, and its nodes in the tree. */
  paths: { candidate: number; tokens: number[]; nodes: number[] }[];
}

/** Drafted tokens a run may hold: beyond that a run takes longer than a completion should wait. */
const groupNodes = 128;

/** Packs candidates in order; those too long for a run are left out. The first path of the first group is the draft. */
export function groupCandidates(candidates: number[][]): CandidateGroup[] {
  const groups: CandidateGroup[] = [];
  for (const [candidate, tokens] of candidates.entries()) {
    if (tokens.length > groupNodes) continue;
    let group = groups.at(-1);
    if (group === undefined || (group.paths.length > 0 && group.tree.tokens.length + growth(group.tree, tokens) > groupNodes)) {
      group = { tree: emptyTree(), paths: [] };
      groups.push(group);
    }
    group.paths.push({ candidate, tokens, nodes: addPath(group.tree, tokens) });
  }
  return groups;
}

/**
 * Scores a group from its run: the sum of its tokens' log-probabilities and, when `enders` are given, the probability
 * that the line ends there (all enders together).
 */
export function scoreGroup(group: CandidateGroup, texts: string[], next: Float32Array, after: (node: number) => Float32Array, enders: number[] | null, scored: (ScoredText | undefined)[]): void {
  for (const { candidate, tokens, nodes } of group.paths) {
    let row = next;
    let logProb = 0;
    for (const [i, token] of tokens.entries()) {
      logProb += row[token]!;
      row = after(nodes[i]!);
    }
    if (enders !== null) logProb += logSum(row, enders);
    scored[candidate] = { text: texts[candidate]!, logProb, tokens: tokens.length };
  }
}
