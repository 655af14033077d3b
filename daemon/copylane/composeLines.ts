/** Lines put together token by token: a beam search in the cache model, and what the model thinks of any other line. */
import { CacheModel, chanceOf, CONTEXT, OWN_ORDERS, type Next } from './cacheModel.js';
import type { EditedFile } from './editedFile.js';
import type { HashedLines, Prompt } from './promptLines.js';
import { indentOf, TOKEN } from './scanLine.js';
import type { TokenSnapshot } from './tokenIndex.js';
import { TokenTable } from './tokenTable.js';
import { isLineEnd, lineEnd, PassingVocabulary, tokensOf } from './tokens.js';

const BEAM = 8;
const BRANCHES = 5;
const MOST_TOKENS = 40;
export const MOST_COMPOSED = 12;
/** A beginning this much less likely (natural logarithm) than the best whole line is given up. */
const BEHIND = 6;
/** Chance of a token never seen here, when the open file has it and when it does not. */
const UNSEEN_HERE = 1e-3;
const UNSEEN = 1e-4;
const LEAST = Math.log(UNSEEN);

/** Natural logarithms of chances under the cache model. */
export interface Likelihood {
  /** Of the whole line with its end. */
  sum: number;
  mean: number;
  /** Of its least likely token. */
  least: number;
  /** Of its first token, and of its end. */
  first: number;
  end: number;
}

export interface ComposedLine {
  line: string;
  likelihood: Likelihood;
}

export interface Composer {
  /** Best first, all different. */
  lines(): ComposedLine[];
  /** Of a line that begins with what is typed: of its rest. */
  likelihood(line: string): Likelihood;
}

/** A beginning of a line, looked up once however many lines share it. */
interface Node {
  parent: Node | undefined;
  token: number;
  depth: number;
  next: Next | undefined;
  children: Map<number, Node> | undefined;
}

interface Beginning {
  node: Node;
  tokens: number[];
  sum: number;
  least: number;
  first: number;
}

export function createComposer(index: TokenSnapshot, prompt: Prompt, edited: EditedFile): Composer {
  const vocabulary = new PassingVocabulary(index.vocabulary);
  const { stem, whole } = splitTyped(prompt.typed);
  const typed = tokensOf(whole, vocabulary);
  const above = streamOf(prompt.above, prompt.indent, vocabulary);
  const below = streamOf(prompt.below, 0, vocabulary);
  const own = new TokenTable(OWN_ORDERS, above.length + below.length + 4);
  own.append(above);
  own.append(below);
  const model = new CacheModel(index, own, edited);
  const words = new Set(above.map((token) => token >>> 1));
  const before = [...above.slice(-CONTEXT), ...typed].slice(-CONTEXT);
  const context = [...before];
  const root: Node = { parent: undefined, token: 0, depth: 0, next: undefined, children: undefined };
  const nextOf = (node: Node): Next => {
    if (node.next) return node.next;
    for (let at: Node = node; at.parent; at = at.parent) context[before.length + at.depth - 1] = at.token;
    return (node.next = model.next(context, before.length + node.depth - 1));
  };
  const childOf = (node: Node, token: number): Node => {
    node.children ??= new Map();
    let child = node.children.get(token);
    if (!child) node.children.set(token, (child = { parent: node, token, depth: node.depth + 1, next: undefined, children: undefined }));
    return child;
  };

  return {
    lines() {
      const done: ComposedLine[] = [];
      let beam: Beginning[] = [{ node: root, tokens: [], sum: 0, least: 0, first: 0 }];
      for (let step = 0; step < MOST_TOKENS && beam.length > 0; step++) {
        const grown: Beginning[] = [];
        for (const { node, tokens, sum, least, first } of beam) {
          const { tokens: followers, chances, end } = nextOf(node);
          if (tokens.length > 0 && end > UNSEEN) {
            const all = sum + Math.log(end);
            done.push({
              line: whole + vocabulary.lineOf(tokens),
              likelihood: { sum: all, mean: all / (tokens.length + 1), least: Math.min(least, Math.log(end)), first, end: Math.log(end) },
            });
          }
          const open = tokens.length > 0 || stem === '';
          const best: [token: number, chance: number][] = [];
          followers.forEach((token, k) => {
            if (!isLineEnd(token) && (open || vocabulary.lineOf([token]).startsWith(stem))) best.push([token, chances[k]!]);
          });
          best.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
          best.length = Math.min(best.length, BRANCHES);
          for (const [token, chance] of best) {
            const log = Math.log(chance);
            grown.push({ node: childOf(node, token), tokens: [...tokens, token], sum: sum + log, least: Math.min(least, log), first: tokens.length === 0 ? log : first });
          }
        }
        done.sort((a, b) => b.likelihood.sum - a.likelihood.sum);
        done.length = Math.min(done.length, MOST_COMPOSED);
        const bar = done.length === MOST_COMPOSED ? done.at(-1)!.likelihood.sum : (done[0]?.likelihood.sum ?? 0) - BEHIND;
        beam = grown.filter((one) => one.sum > bar || done.length === 0).sort((a, b) => b.sum - a.sum).slice(0, BEAM);
      }
      return done.map((one) => ({ ...one, line: one.line.trimEnd() }));
    },
    likelihood(line) {
      const tokens = tokensOf(line.slice(whole.length), vocabulary);
      let node = root;
      let sum = 0;
      let least = 0;
      let first = 0;
      tokens.forEach((token, k) => {
        const chance = chanceOf(nextOf(node), token);
        const log = Math.max(LEAST, Math.log(Math.max(chance, words.has(token >>> 1) ? UNSEEN_HERE : UNSEEN)));
        sum += log;
        least = Math.min(least, log);
        if (k === 0) first = log;
        node = childOf(node, token);
      });
      const end = Math.log(Math.max(UNSEEN_HERE, nextOf(node).end));
      return { sum: sum + end, mean: (sum + end) / (tokens.length + 1), least: Math.min(least, end), first, end };
    },
  };
}

/** What is typed, cut before its last token when that may go on: a word, a number, an open string, or blanks. */
function splitTyped(typed: string): { whole: string; stem: string } {
  let cut = 0;
  let open = -1;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(typed); match; match = TOKEN.exec(typed)) {
    if (open < 0 && /^["'`]$/.test(match[0])) open = cut;
    if (TOKEN.lastIndex < typed.length || !/[\p{L}\p{N}_$.]$/u.test(match[0])) cut = TOKEN.lastIndex;
  }
  if (open >= 0) cut = open;
  return { whole: typed.slice(0, cut), stem: typed.slice(cut) };
}

/** The lines of the buffer as one stream, ended by the step to the next line's indentation. */
function streamOf(lines: HashedLines, nextIndent: number, vocabulary: PassingVocabulary): number[] {
  const stream: number[] = [];
  for (let k = 1; k < lines.text.length; k++) {
    for (const token of vocabulary.tokensOf(lines.text[k]!.trim())) stream.push(token);
    stream.push(lineEnd(indentOf(lines.text[k]!), k + 1 < lines.text.length ? indentOf(lines.text[k + 1]!) : nextIndent));
  }
  return stream;
}
