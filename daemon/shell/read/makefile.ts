/** Makefiles and justfiles: what they can be asked for, and the commands of their recipes. */
import { plainCommands } from '../commandLine.js';
import type { FileCommand } from '../types.js';
import { logicalLines } from './logicalLines.js';

/** `a b: c` but not `A := b`, `a::= b`. Names with a variable or a pattern in them are no names to type. */
const TARGETS = /^([\p{L}\p{N}][\p{L}\p{N}\w./+ -]*?)\s*::?(?!=)(?:[^=]|$)/u;
/** A rule in characters; longer ones are lists of files. */
const LONGEST_LINE = 1000;
const RECIPE = /^\t[-@+]*/;

export function readMakefile(text: string): FileCommand[] {
  const found: FileCommand[] = [];
  for (const { text: raw, line } of logicalLines(text)) {
    if (raw.length > LONGEST_LINE) continue;
    if (RECIPE.test(raw)) {
      // What Make itself would fill in is unknown here; `$$` is the shell's `$`.
      const command = raw.replace(RECIPE, '');
      if (!/(?:^|[^$])\$[({@<^*?A-Za-z]/.test(command)) found.push(...plainCommands(command.replaceAll('$$', '$')).filter(isMore).map((one): FileCommand => ({ what: 'line', text: one, line })));
      continue;
    }
    for (const target of TARGETS.exec(raw)?.[1]?.split(/\s+/) ?? []) if (!/\.(?:o|a|so|d|c|h|py|js|ts|mk|in|txt)$/.test(target)) found.push({ what: 'target', text: target, line });
  }
  return found;
}

/** One word in a recipe is as likely a part of something longer. */
const isMore = (command: string): boolean => command.includes(' ');

/** `name args: dependencies`; a name with `_` before it, or `[private]` above, is not for users. */
const JUST = /^@?([A-Za-z][\w-]*)(?:\s+[^:]*)?:(?!=)/;

export function readJustfile(text: string): FileCommand[] {
  const lines = text.split(/\r?\n/);
  return lines.flatMap((line, at): FileCommand[] => {
    const name = JUST.exec(line)?.[1];
    if (name !== undefined && !/^\[.*private/.test(lines[at - 1] ?? '') && !/^(?:set|alias|export|import|mod)\s/.test(line)) return [{ what: 'recipe', text: name, line: at + 1 }];
    const indented = /^[ \t]+[-@]*(.+)/.exec(line)?.[1];
    return indented === undefined || indented.includes('{{') ? [] : plainCommands(indented).filter(isMore).map((one) => ({ what: 'line', text: one, line: at + 1 }));
  });
}
