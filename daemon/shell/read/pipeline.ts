/** What the steps of a CI pipeline or a Taskfile run, in the formats of all common services. */
import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, visit, type Scalar } from 'yaml';
import type { FileCommand } from '../types.js';
import { readLines } from './script.js';

const STEPS = new Set(['run', 'script', 'before_script', 'after_script', 'before_install', 'install', 'command', 'commands', 'cmds', 'cmd', 'bash', 'sh']);
/** Shells whose lines are no shell's of ours, in a step's own `shell`. */
const OTHER_SHELL = /pwsh|powershell|cmd|python|node|perl/;

/** A file that is not YAML has none. */
export function readPipeline(text: string): FileCommand[] {
  const found: FileCommand[] = [];
  const lineCounter = new LineCounter();
  const take = (scalar: Scalar): void => {
    if (typeof scalar.value !== 'string') return;
    const block = scalar.type === 'BLOCK_LITERAL' || scalar.type === 'BLOCK_FOLDED';
    const line = lineCounter.linePos(scalar.range?.[0] ?? 0).line;
    // The text of a block begins on the line after its key.
    found.push(...readLines(scalar.value, block ? line : line - 1));
  };
  for (const document of parseAllDocuments(text, { lineCounter, logLevel: 'silent', uniqueKeys: false })) {
    if ('empty' in document || document.errors.length > 0) continue;
    visit(document, {
      Pair(_, pair) {
        const key = isScalar(pair.key) ? pair.key.value : undefined;
        // The inputs of an action: its `script` may be of any language.
        if (key === 'with') return visit.SKIP;
        if (typeof key !== 'string' || !STEPS.has(key)) return undefined;
        if (isScalar(pair.value)) take(pair.value);
        else if (isSeq(pair.value)) for (const item of pair.value.items) if (isScalar(item)) take(item);
        return undefined;
      },
      Map(_, map) {
        const shell = map.get('shell');
        return isMap(map) && typeof shell === 'string' && OTHER_SHELL.test(shell) ? visit.SKIP : undefined;
      },
    });
  }
  return found;
}
