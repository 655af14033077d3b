/** What of a text is a command line that may be put before somebody to run. */
import { sanitize } from '../complete/sanitize.js';
import { cutPoints, isWhole, withoutComment } from './quoting.js';
import { isSecretLine } from './secretLine.js';

/** Longer lines are programs, not commands. */
const LONGEST = 200;
/** A chain of commands, in characters. */
const LONGEST_CHAIN = 4000;
/** Words that begin no command of its own, and commands that mean nothing outside their script. */
const NOT_ALONE = new Set([
  'if', 'then', 'elif', 'else', 'fi', 'for', 'while', 'until', 'do', 'done', 'case', 'esac', 'in', 'function', 'select', '[', '[[', '{', '}', '(', ')', '((', '!',
  ':', 'true', 'false', 'test', 'local', 'return', 'exit', 'shift', 'break', 'continue', 'trap', 'readonly', 'declare', 'typeset', 'set', 'unset', 'shopt', 'eval', 'exec', 'read', 'wait', 'echo', 'printf', 'end', 'begin', 'switch',
]);
const ASSIGNMENTS = /^(?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"'`$(]*)\s+)*/;
/** What a shell of its own has set as well as a script has. */
const KNOWN_VARIABLES = /\$(?:HOME|PWD|USER|TMPDIR|SHELL|EDITOR|\(pwd\)|\(nproc\)|\{(?:HOME|PWD|USER|TMPDIR)\})/g;
/** What a script adds so as to be quiet or to go on; nobody types it. */
const TRAILING = /\s*(?:(?:\d?>>?|&>)\s*\/dev\/null|2>&1|\|\| (?:true|:|exit \d+))\s*$/;
/** `<name>` where the reader is to put something. */
const PLACEHOLDER = /<[A-Za-z][\w .-]*>|\.\.\.|…/;

/**
 * The command as one would type it; undefined when it is none: control structures, what hangs on a script's own variables, what
 * looks like a secret, what holds control characters. `variables`: the text is for readers, whose variables it names.
 */
export function plainCommand(raw: string, { variables = false }: { variables?: boolean } = {}): string | undefined {
  let text = withoutComment(raw.replace(/\t/g, ' ')).trim().replace(/\s*;$/, '');
  while (TRAILING.test(text)) text = text.replace(TRAILING, '');
  if (text.length < 2 || text.length > LONGEST || sanitize(text, 'line') !== text) return undefined;
  const [word = ''] = text.slice(ASSIGNMENTS.exec(text)![0].length).split(/\s/, 1);
  if (word === '' || NOT_ALONE.has(word) || !/^[a-z0-9_./~][\w./~@+-]*$/.test(word) || /^cd [^&;|]*$/.test(text)) return undefined;
  if (!isWhole(text) || /(?:[{(|&\\]|\b(?:then|do|else))$|^\w+ *\(\)|;;|<</.test(text) || PLACEHOLDER.test(text)) return undefined;
  if (text.includes('${{') || (!variables && /[$`]/.test(text.replace(KNOWN_VARIABLES, '')))) return undefined;
  return isSecretLine(text) ? undefined : text;
}

/** A line as it stands in a script: the command itself, and each one of a chain (`cd x && make`). */
export function plainCommands(raw: string, options: { variables?: boolean } = {}): string[] {
  if (raw.length > LONGEST_CHAIN) return [];
  const line = withoutComment(raw);
  const cuts = cutPoints(line, ['&&', ';']);
  if (cuts.length === 0) return [plainCommand(line, options)].filter((one) => one !== undefined);
  const parts = [0, ...cuts.map(({ end }) => end)].map((start, k) => line.slice(start, cuts[k]?.start));
  return [...new Set([line, ...parts].map((part) => plainCommand(part, options)))].filter((one) => one !== undefined);
}
