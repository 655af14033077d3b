import { plainCommands } from '../commandLine.js';
import type { FileCommand } from '../types.js';
import { logicalLines } from './logicalLines.js';

/** What RUN runs, without its own options. */
export function readDockerfile(text: string): FileCommand[] {
  return [...logicalLines(text)].flatMap(({ text: raw, line }) => {
    const command = /^\s*RUN\s+(?:--\w+=\S+\s+)*(?!\[)(.+)/i.exec(raw)?.[1];
    return command === undefined ? [] : plainCommands(command).map((one): FileCommand => ({ what: 'line', text: one, line }));
  });
}
