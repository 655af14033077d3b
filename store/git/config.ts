import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The keys of a repository's own config file that decide how it is read, as `section.key`, lower case. */
export function readRepositoryConfig(commonDir: string): Map<string, string> {
  try {
    return parseConfig(readFileSync(join(commonDir, 'config'), 'utf8'));
  } catch {
    return new Map();
  }
}

/** Sections with a subsection are kept as `section.subsection.key`; includes are not followed, as for extensions in git. */
export function parseConfig(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\](.*)$/.exec(line);
    if (header) section = header[1]!.toLowerCase() + (header[2] === undefined ? '' : `.${header[2]}`);
    const pair = /^\s*([A-Za-z][\w-]*)\s*(?:=\s*(.*?))?\s*$/.exec(header ? header[3]! : line);
    if (pair) values.set(`${section}.${pair[1]!.toLowerCase()}`, unquote(pair[2]));
  }
  return values;
}

/** A key without a value is true. */
function unquote(value: string | undefined): string {
  if (value === undefined) return 'true';
  const bare = value.replace(/\s*[#;].*$/, '');
  return bare.replace(/^"(.*)"$/, '$1');
}

export function isTrue(value: string | undefined): boolean {
  return value !== undefined && ['true', 'yes', 'on', '1'].includes(value.toLowerCase());
}
