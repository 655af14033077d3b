/** What the packed extension holds and promises. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EXTENSION, LEAST_CODE } from '../../client/doctor/editorTable.js';
import { isOlder } from '../../client/editors/vscode/findHefc.js';
import { lookOf, type State } from '../../client/editors/vscode/state.js';
import { typedAlong } from '../../client/editors/vscode/typeThrough.js';
import { packageRoot, packageVersion } from '../../daemon/ipc/packageRoot.js';
import { pack, type Packed } from './packed.js';

const test = suite('vscode: package');
let folder: string;
let packed: Packed;
test.before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'hefc-v-'));
  packed = await pack(folder);
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

const text = (name: string): string => String(packed.files.get(`extension/${name}`));

test('the package holds the bundle, its papers and nothing else, and is small', () => {
  const expected = ['[Content_Types].xml', 'extension.vsixmanifest', ...['LICENSE.txt', 'changelog.md', 'extension.cjs', 'icon.png', 'package.json', 'readme.md'].map((name) => `extension/${name}`)];
  assert.equal([...packed.files.keys()].sort(), expected.sort());
  assert.ok(readFileSync(path.join(folder, 'hefc.vsix')).length < 300_000);
});

test('it has the version of hefc, a licence, an icon of 128 by 128, and an entry for the version in its changes', () => {
  assert.is(packed.manifest.version, packageVersion());
  assert.is((JSON.parse(readFileSync(path.join(packageRoot(), 'client/editors/vscode/package.json'), 'utf8')) as { version: string }).version, packageVersion());
  assert.is(text('LICENSE.txt'), readFileSync(path.join(packageRoot(), 'LICENSE'), 'utf8'));
  const icon = packed.files.get('extension/icon.png')!;
  assert.equal([icon.readUInt32BE(16), icon.readUInt32BE(20)], [128, 128]);
  assert.match(text('changelog.md'), new RegExp(`^## ${packageVersion().replaceAll('.', '\\.')}$`, 'm'));
});

test('the doctor knows it by its name and by the oldest editor it runs in', () => {
  const { publisher, name, engines } = packed.manifest;
  assert.equal([`${publisher}.${name}`, engines.vscode], [EXTENSION, `^${LEAST_CODE.join('.')}.0`]);
});

test('the bundle needs nothing but the editor and Node, and carries the licences of what it holds', () => {
  const needed = new Set([...text('extension.cjs').matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name));
  assert.equal([...needed].filter((name) => name !== 'vscode' && !/^(node:)?(assert|child_process|crypto|fs|net|os|path|process|readline|url|util)(\/|$)/.test(name ?? '')), []);
  for (const name of ['vscode-languageclient', 'vscode-languageserver-protocol', 'semver', 'minimatch']) assert.match(text('extension.cjs'), new RegExp(`^/\\*\\n${name}\\n`, 'm'));
});

test('a workspace can neither name the program that is run nor have it run before it is trusted', () => {
  assert.is(packed.manifest.contributes.configuration.properties['hefc.path']?.scope, 'machine');
  assert.is(packed.manifest.capabilities.untrustedWorkspaces.supported, false);
});

test('every setting is described, and its README names each with its default', () => {
  for (const [name, { default: value, description, markdownDescription }] of Object.entries(packed.manifest.contributes.configuration.properties)) {
    assert.ok((description ?? markdownDescription ?? '').length > 20, name);
    const [, shown = ''] = new RegExp(`^\\| \`${name.replaceAll('.', '\\.')}\` \\| ([^|]+) \\|`, 'm').exec(text('readme.md')) ?? [];
    assert.is(shown.replaceAll('`', ''), value === '' ? 'empty' : typeof value === 'object' ? '{ "*": true }' : String(value), name);
  }
});

const ASKED = { text: 'a = \nb', offset: 4 };
const at = (typed: string, right = ''): { text: string; offset: number } => ({ text: `a = ${typed}${right}\nb`, offset: 4 + typed.length });
const ALONG: [string, string, { text: string; offset: number }, { text: string; over: number } | undefined][] = [
  ['nothing yet', 'foo(x)', at(''), { text: 'foo(x)', over: 0 }],
  ['a part', 'foo(x)', at('foo('), { text: 'x)', over: 0 }],
  ['a part with the second half that the editor wrote', 'foo([x])', at('foo([', '])'), { text: 'x])', over: 2 }],
  ['a second half that the suggestion does not end with', 'foo(x) + 1', at('foo(', ')'), undefined],
  ['all of it', 'foo(x)', at('foo(x)'), undefined],
  ['something else', 'foo(x)', at('fa'), undefined],
  ['a part, and something elsewhere', 'foo(x)', { text: 'a = f\nc', offset: 5 }, undefined],
  ['a part, and something above', 'foo(x)', { text: 'b = f\nb', offset: 5 }, undefined],
  ['a deletion', 'foo(x)', { text: 'a =\nb', offset: 3 }, undefined],
  ['a part of several lines', 'foo(\n  x,\n)', at('foo(\n  '), { text: 'x,\n)', over: 0 }],
  ['a part of several lines in a file of the other line ends', 'foo(\n  x,\n)', at('foo(\r\n  '), { text: 'x,\n)', over: 0 }],
];
for (const [title, suggestion, now, expected] of ALONG) {
  test(`typed along: ${title}`, () => assert.equal(typedAlong(ASKED, suggestion, now), expected));
}

test('versions are compared by number', () => {
  assert.equal([isOlder('0.9.0', '0.10.0'), isOlder('0.10.0', '0.9.9'), isOlder('1.0.0', '1.0.0')], [true, false, false]);
});

test('every state has its own look and says in words what is the matter', () => {
  const repo = { root: '/r', branch: 'main', indexed: 0.456 };
  const status = (state: string, error?: string): State => ({ is: 'running', status: { daemon: { version: '1', pid: 2, rss_mb: 3, device: 'cpu', model: 'm' }, repo: { ...repo, state, ...(error && { error }) } } });
  const looks: [State, RegExp, RegExp][] = [
    [{ is: 'off' }, /circle-slash/, /switched off/],
    [{ is: 'starting' }, /spin/, /starting/],
    [{ is: 'broken', why: 'it is gone' }, /\$\(error\)/, /it is gone/],
    [{ is: 'running', why: 'no daemon' }, /circle-outline/, /no daemon/],
    [status('ready'), /layers/, /Indexed/],
    [status('indexing'), /45 %/, /Indexing: 45 %/],
    [status('paused'), /pause/, /paused at 45 %/],
    [status('absent'), /warning/, /Not indexed/],
    [status('error', 'a broken object'), /warning/, /error: a broken object/],
  ];
  for (const [state, icon, words] of looks) {
    const { text: shown, tooltip } = lookOf(state, true);
    assert.match(shown, icon);
    assert.match(tooltip.join('\n'), words);
  }
  assert.match(lookOf(status('ready'), false).tooltip.join('\n'), /off in this language/);
});

test.run();
