import type { CompleteResult } from '../../daemon/ipc/protocol.js';
import { EXIT } from '../failure.js';
import { harmless, nodeName, print, printJson } from '../print.js';
import type { PlaceOptions } from '../place.js';
import { REASONS } from '../reasons.js';
import { completionJson, requestCompletion } from '../requestCompletion.js';

/** Completes and reports what the completion was made from. */
export async function explain(options: PlaceOptions): Promise<void> {
  const result = await requestCompletion(options, { explain: true });
  if (options.json === true) printJson(completionJson(result));
  else print(...report(result));
  if (result.text === '' && result.reason === 'deadline') process.exitCode = EXIT.timeout;
}

const LANES = { model: 'written by the model', copy: 'copied from a place like this one', none: 'empty' } as const;

export function report(result: CompleteResult): string[] {
  const { explanation: found, tokens, ms } = result;
  const lines = [
    `completion  ${quoted(result.text)}`,
    `lane        ${result.lane}: ${LANES[result.lane]}`,
    `reason      ${result.reason}: ${REASONS[result.reason]}`,
    `confidence  ${result.confidence.toFixed(2)}`,
    `model       ${result.model}, context ${result.context}`,
    `tokens      ${tokens.prefix} above the cursor, ${tokens.suffix} below, ${tokens.memory} memory vectors, ${tokens.pasted} pasted; ${tokens.generated} generated, ${tokens.accepted} of ${tokens.drafted} drafted accepted`,
    `time        ${[['total', ms.total], ['queue', ms.queue], ['retrieve', ms.retrieve], ['prefill', ms.prefill], ['decode', ms.decode]].map(([name, value]) => `${name} ${(value as number).toFixed(1)} ms`).join(', ')}`,
    ...list('vectors used', result.nodes.map((node) => `${node.score.toFixed(4)}  ${node.level.padEnd(9)}  ${node.vectors} vectors  ${nodeName(node.path, node.level, node.lines)}`)),
  ];
  if (found === undefined) return lines;
  return [
    ...lines,
    '',
    `index       ${found.index.state}, ${Math.round(found.index.indexed * 100)} % indexed`,
    `chosen      ${found.chosen.why}`,
    `model said  ${quoted(found.model.text)} (log-probability ${found.model.logProb.toFixed(2)}, ${found.model.tokens} tokens)`,
    `looked for  ${found.identifiers.join(' ') || 'no identifiers above the cursor'}`,
    ...list('copy candidates', found.copy.map((one) => `${one.score.toFixed(2)}  ${quoted(one.text)}  ${nodeName(one.path, 'file')}:${one.line}${one.logProb === undefined ? '' : `  log-probability ${one.logProb.toFixed(2)}`}`)),
    ...list('found by identifiers', found.lexical.map((one) => `${one.score.toFixed(2)}  ${nodeName(one.path, 'chunk', one.lines)}`)),
    ...list('found by vectors', found.dense.map((one) => `${one.score.toFixed(3)}  ${nodeName(one.path, one.level, one.lines)}`)),
  ];
}

function list(title: string, entries: string[]): string[] {
  return entries.length === 0 ? [`${title}: none`] : [`${title}:`, ...entries.map((entry) => `  ${entry}`)];
}

/** JSON leaves some control characters as they are. */
function quoted(text: string): string {
  return harmless(JSON.stringify(text));
}
