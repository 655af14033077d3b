/** Where the cursor will be once a suggestion has been taken and a new line begun below it, as editors indent it. */
import type { At } from './remembered.js';

const OPENS = /[:{([]$|=>$/;

/** undefined: something stands right of the cursor, so no line is begun there. */
export function lineBelow({ file, before, after }: At, suggestion: string): At | undefined {
  if (!/^[ \t]*(?:\r?\n|$)/.test(after)) return undefined;
  const above = before + suggestion;
  const line = above.slice(above.lastIndexOf('\n') + 1);
  const newline = after.startsWith('\r\n') || /\r\n/.test(before.slice(-1000)) ? '\r\n' : '\n';
  return { file, before: `${above}${newline}${/^[ \t]*/.exec(line)![0]}${OPENS.test(line.trimEnd()) ? step(above) : ''}`, after };
}

/** One step of indentation, by the nearest indented line above; four spaces where there is none. */
function step(above: string): string {
  let least = '';
  for (const line of above.slice(-8192).split('\n')) {
    const indent = /^[ \t]*/.exec(line)![0];
    if (indent.startsWith('\t')) return '\t';
    if (indent.length >= 2 && indent.length < line.length && (least === '' || indent.length < least.length)) least = indent;
  }
  return least === '' ? '    ' : least;
}
