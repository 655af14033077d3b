/** Each room imports only what docs/architecture.md allows it: dependencies point one way, native parts have one home. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../daemon/ipc/packageRoot.js';

const test = suite('rooms');
const root = packageRoot();

/** Modules a source names, statically or not. */
function modulesOf(source: string): string[] {
  // Code in template strings runs in child processes of `hefc doctor`, not here.
  const code = source.replace(/`[^`]*`/g, '``');
  return [...code.matchAll(/^(?:import|export)\b[^'"`]*?from '([^']+)'|^import '([^']+)'|^import \w+ = require\('([^']+)'\)|\bimport\('([^']+)'\)|\brequire(?:\([^()]*\))?\('([^']+)'\)|\bcreateRequire\([^()]*\)\('([^']+)'\)/gm)].map((match) => match.slice(1).find((name) => name !== undefined) ?? '');
}

/** A program of its own, which runs inside an editor, with what packs it. */
const VSCODE = path.join('client', 'editors', 'vscode');

/** Everything a room's sources import, as [file, module]; relative ones from the package's root. */
function imports(room: string): [string, string][] {
  const files = readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' }).filter((name) => /\.c?ts$/.test(name));
  return files.map((name) => path.join(room, name)).filter((file) => room === VSCODE || !file.startsWith(VSCODE)).flatMap((file) => {
    return modulesOf(readFileSync(path.join(root, file), 'utf8')).map((module): [string, string] => [file, module.startsWith('.') ? path.join(path.dirname(file), module) : module]);
  });
}

const ALLOWED: Record<string, RegExp> = {
  client: /^(node:[a-z/_]+|commander|esbuild|vscode-languageserver(?:\/node|-textdocument)?|client\/.*|hooks\/.*|daemon\/ipc\/.*)$/,
  [VSCODE]: /^(node:[a-z/_]+|vscode|vscode-languageclient\/node|esbuild|@vscode\/vsce|client\/editors\/vscode\/.*|client\/(?:licences|onPath)\.js|daemon\/ipc\/packageRoot\.js)$/,
  hooks: /^(node:[a-z/_]+|hooks\/.*|daemon\/ipc\/packageRoot\.js)$/,
  daemon: /^(node:[a-z/_]+|node-ipc|ignore|yaml|@vscode\/tree-sitter-wasm|daemon\/.*|store\/.*|models\/.*)$/,
  'daemon/ipc': /^(node:[a-z/_]+|node-ipc|daemon\/ipc\/.*)$/,
  store: /^(node:[a-z/_]+|better-sqlite3|sqlite-vec|isomorphic-git|store\/.*)$/,
  models: /^(node:[a-z/_]+|onnxruntime-node|tokenizers|models\/.*)$/,
};
for (const [room, allowed] of Object.entries(ALLOWED)) {
  test(`${room} imports only what its room may`, () => {
    const found = imports(room);
    assert.ok(found.length > 10);
    assert.equal(found.filter(([, module]) => !allowed.test(module)), []);
  });
}

test('only the transport knows node-ipc', () => {
  const found = imports('daemon').filter(([, module]) => module === 'node-ipc');
  assert.equal([...new Set(found.map(([file]) => file))], [path.join('daemon', 'ipc', 'transport.ts')]);
});

test('only the build steps know esbuild and the packer, and no other part of the client the extension', () => {
  const using = (name: RegExp): string[] => [...imports('client'), ...imports(VSCODE)].filter(([, module]) => name.test(module)).map(([file]) => file);
  assert.equal(using(/^esbuild$/).sort(), [path.join(VSCODE, 'bundle.ts'), path.join('client', 'licences.ts'), path.join('client', 'oneFile.ts')]);
  assert.equal(using(/^@vscode\/vsce$/), [path.join(VSCODE, 'package.ts')]);
  assert.equal(imports('client').filter(([, module]) => module.startsWith(VSCODE)), []);
});

test('only the language server knows its protocol: no other command loads it', () => {
  const found = imports('client');
  const knowing = found.filter(([, module]) => module.startsWith('vscode-')).map(([file]) => path.dirname(file));
  assert.equal([...new Set(knowing)], [path.join('client', 'lsp')]);
  const using = found.filter(([file, module]) => module.startsWith(path.join('client', 'lsp')) && path.dirname(file) !== path.join('client', 'lsp')).map(([file]) => file);
  assert.equal(using, [path.join('client', 'commands', 'lsp.ts'), path.join('client', 'doctor', 'homeSettings.ts')]);
  assert.equal(modulesOf(readFileSync(path.join(root, 'client/lsp/settings.ts'), 'utf8')).filter((module) => module.startsWith('vscode-')), [], 'what the doctor reads settings with');
});

test('only one module knows ONNX Runtime: it switches the telemetry client off first', () => {
  const found = imports('models').filter(([, module]) => module === 'onnxruntime-node');
  assert.equal(found.map(([file]) => file), [path.join('models', 'onnx', 'runtime.ts')]);
});

test('every way to import is seen', () => {
  const source = ["import { a } from 'a';", "import type { b } from 'b';", "export * from 'c';", "import 'd';", "const e = await import('e');", "const f = require('f');", "const g = createRequire(import.meta.url)('g');", "import {\n  h,\n} from 'h';", "import i = require('i');"].join('\n');
  assert.equal(modulesOf(source), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
});

test.run();
