import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { descend, rootRules, type IgnoreRules } from '../../daemon/chunker/ignoreRules.js';

const test = suite('ignore rules');
const root = (hefcignore: string): IgnoreRules => descend(rootRules(), '', { hefcignore });

test('without rules nothing is refused and every scope is empty', () => {
  const rules = descend(rootRules(), 'src', {});
  assert.is(rules.refuses('src/a.ts', false), null);
  assert.is(rules.scope('src'), '');
  assert.is(descend(rules, 'src/b', { hefcignore: '# only a comment\n\n', gitattributes: '* text=auto\n*.png binary\n' }).scope('src/b/c'), '');
});

test('.hefcignore speaks gitignore, with negation, anchors and directories', () => {
  const rules = root('*.log\n!keep.log\n/build/\ndocs/**/draft-*\r\n');
  assert.is(rules.refuses('a/b.log', false), 'ignored');
  assert.is(rules.refuses('a/keep.log', false), null);
  assert.is(rules.refuses('build', true), 'ignored');
  assert.is(rules.refuses('build', false), null);
  assert.is(rules.refuses('a/build', true), null);
  assert.is(rules.refuses('docs/x/y/draft-1.md', false), 'ignored');
  assert.is(rules.refuses('Build', true), null);
});

test('.gitattributes refuses what linguist calls generated or vendored, and takes it back', () => {
  const rules = descend(rootRules(), '', {
    gitattributes: '# rules\n*.gen.ts linguist-generated\nvendor/** linguist-vendored=true\nvendor/ours/** -linguist-vendored\n"my file.ts" linguist-generated\n*.md linguist-generated=false text\n',
  });
  assert.is(rules.refuses('a/x.gen.ts', false), 'ignored');
  assert.is(rules.refuses('vendor/lib/x.c', false), 'ignored');
  assert.is(rules.refuses('vendor/ours/x.c', false), null);
  assert.is(rules.refuses('vendor/ours/x.gen.ts', false), 'ignored');
  assert.is(rules.refuses('my file.ts', false), 'ignored');
  assert.is(rules.refuses('a.md', false), null);
});

test('rules of a directory hold below it only, and the inner ones win', () => {
  const inner = descend(root('*.txt\n'), 'a', { hefcignore: '!note.txt\n/own.ts\n' });
  assert.is(inner.refuses('a/b/note.txt', false), null);
  assert.is(inner.refuses('a/other.txt', false), 'ignored');
  assert.is(inner.refuses('a/own.ts', false), 'ignored');
  assert.is(inner.refuses('a/b/own.ts', false), null);
  assert.is(inner.refuses('own.ts', false), null);
});

test('a directory has a scope only while an ancestor rule can match inside it', () => {
  const anchored = root('/build\nsrc/gen/*.ts\n');
  assert.is(anchored.scope('docs'), '');
  assert.is(anchored.scope('src/app'), '');
  assert.is.not(anchored.scope('src'), '');
  assert.is.not(anchored.scope('src/gen'), '');
  assert.match(root('*.log\n').scope('docs'), /^[0-9a-f]{16}$/);
  assert.is(root('!keep.log\n').scope('docs'), '');
});

test('a directory\'s own rules are in its tree id already and leave its scope alone', () => {
  assert.is(descend(rootRules(), 'a', { hefcignore: '*.log\n' }).scope('a'), '');
  assert.is.not(descend(rootRules(), 'a', { hefcignore: '*.log\n' }).scope('a/b'), '');
  assert.is(root('*.log\n').scope(''), '');
});

test('equal rules at an equal place give equal scopes, and any difference another one', () => {
  const scope = root('*.log\n').scope('docs');
  assert.is(root('*.log\r\n# comment\n').scope('docs'), scope);
  assert.is(root('*.log\n/build\n').scope('docs'), scope);
  assert.is.not(root('*.tmp\n').scope('docs'), scope);
  assert.is.not(root('*.log\n').scope('src'), scope);
  const taken = descend(root('*.log\n'), 'docs', { hefcignore: '!keep.log\n' });
  assert.is.not(taken.scope('docs/a'), root('*.log\n').scope('docs/a'));
});

test('a directory without a scope refuses nothing because of its ancestors', () => {
  const patterns = ['/build', 'src/gen', 'a/*/c', '**/tmp', 'docs/**', '*.log', 'x/y/', '/lib/*.js', '[st]rc/q', 'deep/a/b/c.ts'];
  const places = ['src', 'src/gen', 'a', 'a/b', 'a/b/c', 'tmp', 'docs', 'lib', 'deep', 'deep/a', 'deep/a/b', 'other', 'trc'];
  const names = ['tmp', 'gen', 'c', 'x.log', 'x.js', 'q', 'y', 'c.ts', 'a/b/c.ts'];
  let empty = 0;
  for (const pattern of patterns) {
    const rules = root(`${pattern}\n`);
    for (const place of places.filter((dir) => rules.scope(dir) === '')) {
      empty++;
      for (const name of names) assert.is(rules.refuses(`${place}/${name}`, false), null, `${pattern} ${place}/${name}`);
    }
  }
  assert.ok(empty > 40);
});

test.run();
