/**
 * What it costs to cut a file before each line. One chunk more costs 1, so a cost says how many chunks may be saved
 * before such a cut is worth it.
 */
import type { Spans } from './syntaxSpans.js';

/** Inside a node that would fit into a chunk: above anything a whole chunk and two ordinary cuts can save. */
const INSIDE_FITTING_NODE = 5;
/** For each enclosing node, up to a bound: prefer to cut between top-level things. */
const DEPTH = 0.05;
const DEPTH_BOUND = 0.4;
/** Between a comment, decorator or heading and what it speaks about. */
const AFTER_COMMENT = 1;
const AFTER_COMMENT_BEFORE_BLANK = 0.2;
/** A blank line belongs to what follows it. */
const AFTER_BLANK = 0.3;
/** Between an opening bracket and its content, or content and its closing bracket. */
const AT_BRACKET = 0.5;
/** Between two lines of text with no blank line between them. */
const INSIDE_PARAGRAPH = 0.1;

const COMMENT = /^(?:\/\/|\/\*|\*|--|#|@|;;)/;
/** In C a leading # is a directive, which stands for itself. */
const COMMENT_C = /^(?:\/\/|\/\*|\*)/;
const OPENER = /[([{:]$/;
const CLOSER = /^(?:[)\]}]|(?:else|elif|except|catch|finally)\b)/;

/**
 * @param lines the text's lines, with or without terminators
 * @param tokenSums tokenSums[i] is the number of tokens above line i; length lines + 1
 * @param spans syntax nodes, or null where only the text itself can say
 * @returns cost of a cut before line i, for every i (0 for the first line)
 */
export function cutCosts(
  lines: readonly string[], tokenSums: Float64Array, spans: Spans | null, language: string, limit: number,
): Float64Array {
  const costs = new Float64Array(lines.length);
  const comment = language === 'c' || language === 'cpp' ? COMMENT_C : COMMENT;
  let above = '';
  for (let i = 0; i < lines.length; i++) {
    const below = lines[i]!.trim();
    if (i > 0) costs[i] = textCost(above, below, comment);
    above = below;
  }
  if (spans) addSyntaxCosts(costs, tokenSums, spans, limit);
  return costs;
}

function textCost(above: string, below: string, comment: RegExp): number {
  if (above === '') return AFTER_BLANK;
  if (comment.test(above)) return below === '' ? AFTER_COMMENT_BEFORE_BLANK : AFTER_COMMENT;
  let cost = below === '' ? 0 : INSIDE_PARAGRAPH;
  if (OPENER.test(above) || CLOSER.test(below)) cost += AT_BRACKET;
  return cost;
}

function addSyntaxCosts(costs: Float64Array, tokenSums: Float64Array, spans: Spans, limit: number): void {
  const depth = new Int32Array(costs.length + 1);
  const fitting = new Int32Array(costs.length + 1);
  for (let k = 0; k < spans.first.length; k++) {
    const first = spans.first[k]!;
    const last = Math.min(spans.last[k]!, costs.length - 1);
    if (last <= first) continue;
    depth[first + 1]!++;
    depth[last + 1]!--;
    if (tokenSums[last + 1]! - tokenSums[first]! <= limit) {
      fitting[first + 1]!++;
      fitting[last + 1]!--;
    }
  }
  let deep = 0;
  let fits = 0;
  for (let i = 0; i < costs.length; i++) {
    deep += depth[i]!;
    fits += fitting[i]!;
    costs[i]! += Math.min(DEPTH_BOUND, DEPTH * deep) + (fits > 0 ? INSIDE_FITTING_NODE : 0);
  }
}
