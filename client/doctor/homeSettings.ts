/** `.hefc.json` in the home folder, which sets all editors up. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { DEFAULTS, readHome } from '../lsp/settings.js';
import type { Finding } from './check.js';

/** None, where there is no such file. */
export function homeSettingsFindings(): Finding[] {
  const file = path.join(homedir(), '.hefc.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    text = '';
  }
  const { faults } = readHome();
  const unknown = faults.length > 0 ? [] : fieldsOf(text).filter((name) => !Object.hasOwn(DEFAULTS, name)).map((name) => `${file} has a field "${name}" that means nothing; there are ${Object.keys(DEFAULTS).join(', ')}`);
  const wrong = [...faults, ...unknown];
  if (wrong.length === 0) return [{ name: '.hefc.json', state: 'ok', detail: `${file} sets ${fieldsOf(text).join(', ') || 'nothing'}` }];
  return wrong.map((fault) => ({ name: '.hefc.json', state: 'warning', detail: fault.split('; it is left out')[0]!, fix: `correct it, or delete it: ${file}` }));
}

function fieldsOf(text: string): string[] {
  try {
    return Object.keys((JSON.parse(text) ?? {}) as object);
  } catch {
    return [];
  }
}
