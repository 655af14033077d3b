/** The rest of a command line as the model and the copy lane write it, below the likeliest lines of the repository. */
import type { EngineCompletion } from '../engine/types.js';
import type { CompleteResult } from '../ipc/protocol.js';
import { plainCommand } from './commandLine.js';
import { commandStarts } from './quoting.js';
import type { Candidate } from './types.js';

/** Lines put above what is typed. */
const LINES_ABOVE = 60;
const MOST_TOKENS = 32;

export interface Writing {
  folder: string;
  left: string;
  right: string;
  candidates: readonly Candidate[];
  /** Date.now() value. */
  deadline: number;
  session: string;
  /** A file nothing is to be taken from; default: one that is not there. */
  except?: string;
}

export interface Written {
  left: string;
  lane: CompleteResult['lane'];
}

/**
 * Does every word of the ending stand in some command of the repository? What a small model makes up is mostly wrong, and a
 * command is no place for words that are nearly right.
 */
function isGrounded(typed: string, ending: string, candidates: readonly Candidate[]): boolean {
  const [begun = ''] = /\S*$/.exec(typed)!;
  const known = new Set(candidates.flatMap(({ text }) => text.split(/\s+/)));
  return (begun + ending).trim().split(/\s+/).every((word) => known.has(word));
}

/** undefined: nothing, or nothing that may be put before somebody to run. */
export async function writeOn(complete: (request: EngineCompletion) => Promise<CompleteResult>, { folder, left, right, candidates, deadline, session, except }: Writing): Promise<Written | undefined> {
  const typed = left.slice(left.lastIndexOf('\n') + 1);
  const start = commandStarts(left).at(-1);
  const program = start === undefined ? undefined : /^(\S+)\s/.exec(left.slice(start))?.[1];
  // A program that is not yet named is not the model's to name, nor is a comment.
  if (program === undefined) return undefined;
  const about = (text: string): number => (text.startsWith(`${program} `) ? 1 : 0);
  const above = [...candidates].sort((a, b) => about(b.text) - about(a.text) || b.prior - a.prior).slice(0, LINES_ABOVE).reverse();
  const result = await complete({
    path: except ?? `${folder === '' ? '' : `${folder}/`}commands.sh`,
    prefix: `#!/bin/sh\n${above.map(({ text }) => `${text}\n`).join('')}${typed}`,
    suffix: right.trim() === '' ? null : right,
    context: 'hef',
    lanes: { model: true, copy: true },
    maxTokens: MOST_TOKENS,
    stop: 'line',
    deadline,
    session,
  });
  const ending = result.text.trimEnd();
  if (ending === '' || plainCommand(typed + ending, { variables: true }) === undefined || !isGrounded(typed, ending, candidates)) return undefined;
  return { left: left + ending, lane: result.lane };
}
