import { plainCommands } from '../commandLine.js';
import type { FileCommand } from '../types.js';

/** These, and `pre` and `post` of another script, run by themselves. */
const LIFECYCLE = /^(?:prepare|prepublish(?:Only)?|prepack|postpack|(?:pre|post)?install|dependencies)$/;

/** Scripts by name, and what they run, since one runs parts of it by hand. A file that is not JSON has none. */
export function readPackageScripts(text: string): FileCommand[] {
  let scripts: unknown;
  try {
    scripts = (JSON.parse(text) as { scripts?: unknown } | null)?.scripts;
  } catch {
    return [];
  }
  if (scripts === null || typeof scripts !== 'object') return [];
  const lines = new Map<string, number>();
  text.split('\n').forEach((line, at) => {
    const name = /^\s*"([^"]+)"\s*:/.exec(line)?.[1];
    if (name !== undefined) lines.set(name, at + 1);
  });
  return Object.entries(scripts).flatMap(([name, body]): FileCommand[] => {
    if (typeof body !== 'string' || !/^[\w:.@/-]+$/.test(name)) return [];
    const line = lines.get(name) ?? 1;
    const hook = LIFECYCLE.test(name) || /^(?:pre|post)/.test(name) && Object.hasOwn(scripts, name.replace(/^(?:pre|post)/, ''));
    const asked: FileCommand[] = hook ? [] : [{ what: 'script', text: name, line }];
    return [...asked, ...plainCommands(body).map((one): FileCommand => ({ what: 'line', text: one, line }))];
  });
}
