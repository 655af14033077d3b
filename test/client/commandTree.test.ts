/** Every documented command exists, helps, shows an example and stands in the README. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildProgram } from '../../client/program.js';
import { readConfig } from '../../daemon/config.js';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';

const test = suite('client: command tree');

const CONTRACT: Record<string, string[]> = {
  init: [],
  uninit: [],
  index: ['--wait', '--all', '--json'],
  complete: ['--file', '--line', '--column', '--stdin', '--json', '--context', '--max-tokens', '--timeout', '--min-confidence', '--block'],
  explain: ['--file', '--line', '--column', '--stdin', '--json', '--context', '--max-tokens', '--timeout', '--min-confidence', '--block'],
  status: ['--json'],
  doctor: ['--json'],
  'daemon start': [],
  'daemon stop': [],
  'daemon status': ['--json'],
  'daemon logs': ['--follow'],
  'daemon run': [],
  'hooks install': ['--shared', '--json'],
  'hooks uninstall': ['--json'],
  'hooks status': ['--json'],
  lsp: ['--stdio'],
  shell: [],
  suggest: ['--history', '--limit', '--timeout', '--null', '--json'],
  serve: ['--repo', '--host', '--port', '--show-token', '--no-token'],
  ui: ['--repo', '--host', '--port', '--no-open'],
  gc: ['--json'],
  purge: ['--json'],
  'model list': ['--json'],
  'model use': [],
  'model add': [],
  'model import': [],
  eval: [],
  bench: [],
};

/** Leaf commands by their full name. */
function leaves(command: Command, prefix = ''): Map<string, Command> {
  const found = new Map<string, Command>();
  for (const child of command.commands) {
    const name = `${prefix}${child.name()}`;
    if (child.commands.length === 0) found.set(name, child);
    for (const [below, leaf] of leaves(child, `${name} `)) found.set(below, leaf);
  }
  return found;
}

/** Help as a user sees it, with the text added after it. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

const found = leaves(buildProgram());
const readme = readFileSync(path.join(packageRoot(), 'README.md'), 'utf8');

test('the commands are those of the contract, no more and no less', () => {
  assert.equal([...found.keys()].sort(), Object.keys(CONTRACT).sort());
});

for (const [name, options] of Object.entries(CONTRACT)) {
  test(`${name} has its options, a description, an example and a place in the README`, () => {
    const command = found.get(name);
    assert.ok(command !== undefined);
    const flags = command.options.map(({ long }) => long);
    for (const option of options) assert.ok(flags.includes(option), `${name} ${option}`);
    assert.ok(command.description().length > 10);
    const help = helpOf(command);
    assert.match(help, `$ hefc ${name}`);
    const [group, sub] = name.split(' ');
    const mentioned = sub === undefined ? new RegExp(`hefc ${group}\\b`) : new RegExp(`hefc ${group} [a-z\\\\|]*\\b${sub}\\b`);
    assert.match(readme, mentioned);
  });
}

for (const name of ['compare', 'growth', 'profile', 'typing']) {
  test(`bench ${name} stands in the help, in docs/measuring.md and in the README`, () => {
    const measuring = readFileSync(path.join(packageRoot(), 'docs', 'measuring.md'), 'utf8');
    for (const text of [helpOf(found.get('bench')!), measuring, readme]) assert.match(text, `hefc bench ${name}`);
  });
}

test('every setting stands in the README with its default', () => {
  const { HEFC_HOME, HEFC_MODEL, HEFC_IDLE_MS } = process.env;
  Object.assign(process.env, { HEFC_HOME: '/nonexistent/hefc', HEFC_MODEL: '', HEFC_IDLE_MS: '' });
  const defaults = readConfig();
  for (const [name, value] of Object.entries({ HEFC_HOME, HEFC_MODEL, HEFC_IDLE_MS })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  const rows = [...readme.matchAll(/^\| `(\w+)` \| `?([^`|]*?)`? \|/gm)].map(([, name, shown]) => [name, JSON.parse(shown ?? '') as unknown]);
  assert.equal(Object.fromEntries(rows), defaults);
});

test('every option of every command is described', () => {
  for (const [name, command] of found) for (const option of command.options) assert.ok(option.description !== '', `${name} ${option.flags}`);
});

test.run();
