/** Markdown and reStructuredText: blocks of shell, and what follows a prompt in blocks of a session. */
import type { FileCommand } from '../types.js';
import { lineFrom } from './logicalLines.js';
import { readLines } from './script.js';

const SHELL = /^(?:sh|bash|zsh|fish|shell|shellscript|console|shell-session|sh-session|terminal|cmd|commandline|command-line)$/i;
const SESSION = /^(?:console|shell-session|sh-session|terminal)$/i;
const FENCE = /^(\s*)(`{3,}|~{3,})\s*\{?\.?([\w-]*)/;
const DIRECTIVE = /^(\s*)\.\. (?:code-block|code|sourcecode|prompt):: *([\w-]*)/;
const PROMPT = /^\s*(?:\([\w.-]+\) )?[$%] /;

interface Block {
  /** 1-based line of its first line. */
  first: number;
  language: string;
  lines: string[];
}

/** Commands in code blocks; what they print is left out where prompts tell the two apart. */
export function readDocument(text: string, isRst: boolean): FileCommand[] {
  const lines = text.split(/\r?\n/);
  return [...(isRst ? directives(lines) : fences(lines))].flatMap(({ first, language, lines: inside }) => {
    const prompted = inside.some((line) => PROMPT.test(line));
    if (!prompted && (!SHELL.test(language) || SESSION.test(language))) return [];
    // Lines without a prompt are emptied, not dropped: line numbers stay.
    let goesOn = false;
    const commands = inside.map((line) => {
      const keep = !prompted || goesOn || PROMPT.test(line);
      goesOn = keep && prompted && line.endsWith('\\');
      return keep ? line.replace(PROMPT, '').replace(/^\s*> (?=\S)/, '') : '';
    });
    return readLines(commands.join('\n'), first - 1, { variables: true });
  });
}

function* fences(lines: readonly string[]): Generator<Block> {
  for (let i = 0; i < lines.length; i++) {
    const [, , fence, language = ''] = FENCE.exec(lines[i]!) ?? [];
    if (fence === undefined) continue;
    const end = lineFrom(lines, i + 1, (line) => line.trim().startsWith(fence) && /^[`~]+$/.test(line.trim()));
    if (end < 0) return;
    yield { first: i + 2, language, lines: lines.slice(i + 1, end) };
    i = end;
  }
}

function* directives(lines: readonly string[]): Generator<Block> {
  for (let i = 0; i < lines.length; i++) {
    const [, indent, named] = DIRECTIVE.exec(lines[i]!) ?? [];
    // `::` at the end of a paragraph begins a block of no language.
    if (indent === undefined && !/::\s*$/.test(lines[i]!)) continue;
    const outer = (indent ?? /^\s*/.exec(lines[i]!)![0]).length;
    const first = lineFrom(lines, i + 1, (line) => line.trim() !== '' && !/^\s*:[\w-]+:/.test(line));
    if (first < 0) return;
    let end = first;
    while (end < lines.length && (lines[end]!.trim() === '' || /^\s*/.exec(lines[end]!)![0].length > outer)) end++;
    if (end > first) yield { first: first + 1, language: named ?? '', lines: lines.slice(first, end) };
    i = Math.max(i, end - 1);
  }
}
