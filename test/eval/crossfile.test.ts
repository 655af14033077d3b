import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { importsOf } from './crossfile/bindings.js';
import { createPythonResolver } from './crossfile/resolvePython.js';
import { createScriptResolver, readMapping } from './crossfile/resolveScript.js';

const test = suite('cross-file lines');

/** `local module name` of every binding, and the 1-based line of its first use. */
async function read(path: string, lines: string[]): Promise<string[]> {
  const { bindings, firstUse } = await importsOf(path, lines.join('\n'));
  return bindings.map(({ local, module, name }) => `${local} ${module} ${name ?? '*'}${firstUse.has(local) ? ` ${firstUse.get(local)! + 1}` : ''}`);
}

test('Python imports of every form and the lines that first use their names', async () => {
  const found = await read('a.py', [
    'import os, pkg.sub as s, pkg.other',
    'from .near import (one as first, two)',
    'from . import sibling',
    'from far import *',
    '"""two in a docstring"""',
    'x = thing.two  # two in a comment',
    'f(two=1)',
    'g(f"{two}", first)',
    'pkg.other.run(s)',
  ]);
  assert.equal(found, ['os os *', 's pkg.sub * 9', 'pkg pkg.other * 9', 'first .near one 8', 'two .near two 8', 'sibling . sibling']);
});

test('TypeScript imports of every form and the lines that first use their names', async () => {
  const found = await read('a.ts', [
    "import main, { one as first, type Two } from './near';",
    "import * as all from '../far';",
    "import old = require('./old');",
    "const { three, four: renamed } = require('./more');",
    "export { five } from './five';",
    "// first in a comment, 'Two' in a string",
    'const a: Two = { first, main: 1 };',
    'renamed(all.x, thing.three, main);',
    'old(three);',
  ]);
  assert.equal(found, ['main ./near default 8', 'first ./near one 7', 'Two ./near Two 7', 'all ../far * 8', 'old ./old * 9', 'three ./more three 9', 'renamed ./more four 8']);
});

test('JSX elements are uses', async () => {
  assert.equal(await read('a.tsx', ["import { Box } from './box';", 'const page = (', '  <Box/>', ');']), ['Box ./box Box 3']);
});

test('a name given anew before it is used counts as never used', async () => {
  assert.equal(await read('a.py', ['from m import name, other', 'def f(name):', '    return name', 'other = 1']), ['name m name', 'other m other']);
  assert.equal(await read('a.js', ["import { name } from './m';", 'function f(name) { return name; }']), ['name ./m name']);
});

test('files of other languages import nothing', async () => {
  assert.equal(await read('a.rs', ['use a::b;', 'b();']), []);
});

const PYTHON = ['app/__init__.py', 'app/models.py', 'app/typing.py', 'app/views/__init__.py', 'app/views/home.py', 'src/lib_a/__init__.py', 'src/lib_a/core.py', 'spaces/part/mod.py', 'tests/helpers.py', 'tests/test_a.py', 'tool.py'];
const python = createPythonResolver(new Set(PYTHON));
for (const [importer, module, name, expected] of [
  ['tests/test_a.py', 'app.models', 'User', 'app/models.py'],
  ['tests/test_a.py', 'app', 'models', 'app/models.py'],
  ['tests/test_a.py', 'app', 'create', 'app/__init__.py'],
  ['tests/test_a.py', 'app.views.home', null, 'app/views/home.py'],
  ['tests/test_a.py', 'helpers', 'make', 'tests/helpers.py'],
  ['tests/test_a.py', 'lib_a.core', 'run', 'src/lib_a/core.py'],
  ['tests/test_a.py', 'lib_a', 'core', 'src/lib_a/core.py'],
  ['tests/test_a.py', 'spaces.part', 'mod', 'spaces/part/mod.py'],
  ['app/views/home.py', '.', 'other', 'app/views/__init__.py'],
  ['app/views/home.py', '..', 'models', 'app/models.py'],
  ['app/views/home.py', '..models', 'User', 'app/models.py'],
  ['app/views/home.py', '....', 'far', undefined],
  ['app/views/home.py', 'typing', 'Any', undefined],
  ['app/models.py', '.', 'models', undefined],
  ['app/models.py', 'os.path', 'join', undefined],
  ['app/models.py', 'tool', null, 'tool.py'],
] as const) {
  test(`in ${importer}, ${name ?? 'all'} of ${module} is ${expected ?? 'no file of the repository'}`, () => {
    assert.is(python(importer, { local: 'x', module, name }), expected);
  });
}

const SCRIPTS = ['index.ts', 'src/a.ts', 'src/b.tsx', 'src/deep/index.ts', 'src/deep/c.js', 'src/types.d.ts', 'web/src/page.tsx', 'web/src/ui/box.tsx'];
const mapping = readMapping('web', '{ // paths\n "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./src/*"], "box": ["src/ui/box"], }, }, }')!;
const script = createScriptResolver(new Set(SCRIPTS), [mapping]);
for (const [importer, module, expected] of [
  ['src/a.ts', './b', 'src/b.tsx'],
  ['src/a.ts', './b.js', 'src/b.tsx'],
  ['src/a.ts', './deep', 'src/deep/index.ts'],
  ['src/a.ts', './deep/c', 'src/deep/c.js'],
  ['src/a.ts', './types', 'src/types.d.ts'],
  ['src/a.ts', '..', 'index.ts'],
  ['src/a.ts', './a', undefined],
  ['src/a.ts', '../../outside', undefined],
  ['src/a.ts', 'react', undefined],
  ['src/a.ts', '@/ui/box', undefined],
  ['web/src/page.tsx', '@/ui/box', 'web/src/ui/box.tsx'],
  ['web/src/page.tsx', 'box', 'web/src/ui/box.tsx'],
  ['web/src/page.tsx', 'src/ui/box', 'web/src/ui/box.tsx'],
] as const) {
  test(`in ${importer}, ${module} is ${expected ?? 'no file of the repository'}`, () => {
    assert.is(script(importer, { local: 'x', module, name: 'x' }), expected);
  });
}

test('a tsconfig.json that maps nothing, or is broken, is passed over', () => {
  assert.is(readMapping('', '{}'), undefined);
  assert.is(readMapping('', '{ "compilerOptions": '), undefined);
  assert.equal(readMapping('', '{"compilerOptions":{"paths":{"/*x*/":["a//b"]}}}'), { folder: '', baseUrl: undefined, paths: { '/*x*/': ['a//b'] } });
});

test.run();
