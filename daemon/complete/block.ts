/**
 * Where a block begins, the lines of it that are likely are offered together: line after line is completed, each below
 * the ones before, until one is not likely enough, the block ends or the time is up.
 */
import { performance } from 'node:perf_hooks';
import { languageOf } from '../chunker/language.js';
import type { EngineCompletion } from '../engine/types.js';
import type { CompleteResult } from '../ipc/protocol.js';
import { complete, type CompletionSource } from './complete.js';

const MOST_LINES = 8;
/** Whoever types sees nothing until all lines are there: no further one is begun after so many ms. */
const PATIENCE_MS = 250;
/** How likely a further line has to be: a wrong one has to be deleted. */
const LIKELY = 0.5;

const OPENS = /[:{([]$|=>$/;
const CLOSES = /^[}\])]/;
/** After these a block has nothing to say. */
const LEAVES = /^(?:return|raise|throw|break|continue|pass)\b/;

/** As `complete`; with `lines: 'block'` the text may hold several lines where a block begins. */
export async function completeLines(source: CompletionSource, request: EngineCompletion, options: { signal?: AbortSignal; onText?: (text: string) => void } = {}): Promise<CompleteResult> {
  const began = performance.now();
  const first = await complete(source, request, options);
  if (request.lines !== 'block' || first.text === '' || !beginsBlock(request, first.text)) return first;
  let text = first.text;
  let { generated, drafted, accepted } = first.tokens;
  for (let lines = 1; lines < MOST_LINES && performance.now() - began < PATIENCE_MS && !options.signal?.aborted; lines++) {
    const next = await lineBelow(source, request, request.prefix + text, options.signal);
    if (next === undefined) break;
    generated += next.tokens.generated;
    drafted += next.tokens.drafted;
    accepted += next.tokens.accepted;
    text += next.added;
    options.onText?.(next.added);
    if (next.last) break;
  }
  return { ...first, text, tokens: { ...first.tokens, generated, drafted, accepted }, ms: { ...first.ms, total: performance.now() - began } };
}

/** The line opens a block, or is the first of one that the line above opened; nothing stands right of the cursor. */
function beginsBlock({ path, prefix, suffix }: EngineCompletion, text: string): boolean {
  if (languageOf(path) === 'text' || (suffix ?? '').split('\n', 1)[0]!.trim() !== '') return false;
  const lines = (prefix + text).split('\n');
  const line = lines.pop()!;
  const above = lines.findLast((each) => each.trim() !== '') ?? '';
  return OPENS.test(line.trimEnd()) || (OPENS.test(above.trimEnd()) && indentOf(line).length > indentOf(above).length);
}

async function lineBelow(source: CompletionSource, request: EngineCompletion, above: string, signal: AbortSignal | undefined): Promise<{ added: string; last: boolean; tokens: CompleteResult['tokens'] } | undefined> {
  const line = above.slice(above.lastIndexOf('\n') + 1);
  const statement = line.trim();
  if (LEAVES.test(statement)) return undefined;
  const indent = indentOf(line) + (OPENS.test(statement) ? indentUnit(above) : '');
  const { suffix } = request;
  const { text, tokens } = await complete(source, { ...request, prefix: `${above}\n${indent}`, suffix: suffix === null ? null : suffix.replace(/^[^\n]*/, ''), minConfidence: LIKELY, explain: false }, signal ? { signal } : {});
  if (text === '') return undefined;
  const closes = CLOSES.test(text);
  const at = closes && !OPENS.test(statement) ? outdented(above, indent) : indent;
  // What stands below already is not written again.
  if (nextLine(suffix)?.trim() === text.trim()) return undefined;
  return { added: `\n${at}${text}`, last: closes, tokens };
}

const indentOf = (line: string): string => /^[ \t]*/.exec(line)![0];

/** The indentation of the nearest line above that is less indented. */
function outdented(above: string, indent: string): string {
  const outer = above.split('\n').findLast((line) => line.trim() !== '' && indentOf(line).length < indent.length);
  return outer === undefined ? indent : indentOf(outer);
}

/** One step of indentation, as the text above has it. */
function indentUnit(above: string): string {
  let shortest: string | undefined;
  for (const line of above.split('\n')) {
    if (line.trim() === '') continue;
    const indent = indentOf(line);
    if (indent.startsWith('\t')) return '\t';
    if (indent.length >= 2 && (shortest === undefined || indent.length < shortest.length)) shortest = indent;
  }
  return shortest ?? '    ';
}

function nextLine(suffix: string | null): string | undefined {
  return suffix?.split('\n').slice(1).find((line) => line.trim() !== '');
}
