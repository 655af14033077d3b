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

/** undefined: nothing, or nothing that may be put before somebody to run. */
export async function writeOn(complete: (request: EngineCompletion) => Promise<CompleteResult>, { folder, left, right, candidates, deadline, session, except }: Writing): Promise<Written | undefined> {
  const typed = left.slice(left.lastIndexOf('\n') + 1);
  const program = left.slice(commandStarts(left).at(-1) ?? 0).split(/\s/, 1)[0] ?? '';
  const about = (text: string): number => (program !== '' && text.startsWith(program) ? 1 : 0);
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
  if (ending === '' || plainCommand(typed + ending, { variables: true }) === undefined) return undefined;
  return { left: left + ending, lane: result.lane };
}
