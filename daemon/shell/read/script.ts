/** Shell scripts: the program itself, and the commands in it that make sense outside. */
import { plainCommands } from '../commandLine.js';
import type { FileCommand } from '../types.js';
import { logicalLines } from './logicalLines.js';

const SHELL = /^#!.*\b(?:ba|z|da|k|fi)?sh\b/;
const OTHER_PROGRAM = /^#!/;

/** @param named whether the path alone says that it is a shell script */
export function readScript(text: string, named: boolean): FileCommand[] {
  const program: FileCommand[] = OTHER_PROGRAM.test(text) ? [{ what: 'file', text: '', line: 1 }] : [];
  if (!SHELL.test(text) && (!named || OTHER_PROGRAM.test(text))) return program;
  const own = new Set([...text.matchAll(/^\s*(?:function\s+)?([\w-]+)\s*\(\)/gm)].map(([, name]) => name));
  return [...program, ...readLines(text, 0).filter(({ text: line }) => line.includes(' ') && !own.has(line.split(' ', 1)[0]))];
}

/** Commands of a stretch of shell, whose first line is line `above` + 1. */
export function readLines(text: string, above: number, options: { variables?: boolean } = {}): FileCommand[] {
  return [...logicalLines(text)].flatMap(({ text: raw, line }) => plainCommands(raw, options).map((command): FileCommand => ({ what: 'line', text: command, line: above + line })));
}
