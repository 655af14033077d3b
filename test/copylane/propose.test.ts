import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashLines } from '../../daemon/copylane/lineHash.js';
import { TokenIndex } from '../../daemon/copylane/tokenIndex.js';
import { LineIndex } from '../../daemon/copylane/lineIndex.js';
import { createCopyLane, MOST_CANDIDATES } from '../../daemon/copylane/propose.js';
import { oidOf, treeLane } from './lane.js';

const test = suite('copy lane');
async function texts(lane: ReturnType<typeof treeLane>, prefix: string, path = 'new.py', suffix: string | null = null): Promise<string[]> {
  await lane.settled();
  return (await lane.propose({ prefix, suffix, path })).map((candidate) => candidate.text);
}

test('the line after the longest run of equal lines comes first', async () => {
  const lane = treeLane({
    'a.py': 'def load(path):\n    check(path)\n    file = open(path)\n    log.debug("near")\n',
    'b.py': 'def other():\n    file = open(path)\n    return file.read()\n',
    'c.py': 'def third():\n    x = 1\n    file = open(path)\n    return file.read()\n',
  });
  const found = await texts(lane, 'def load(path):\n    check(path)\n    file = open(path)\n    ');
  assert.is(found[0], 'log.debug("near")');
  assert.ok(found.includes('return file.read()'));
});

test('of equal runs the line that follows most often comes first', async () => {
  const lane = treeLane({
    'a.py': 'x = prepare()\nrun_often(x)\n', 'b.py': 'y = 2\nx = prepare()\nrun_often(x)\n', 'c.py': 'z = 3\nx = prepare()\nrun_often(x)\n',
    'd.py': 'w = 4\nx = prepare()\nrun_once(x)\n',
  });
  const found = await texts(lane, 'v = 5\nx = prepare()\n');
  assert.equal(found.slice(0, 2), ['run_often(x)', 'run_once(x)']);
});

test('names that differ between the contexts are renamed in the copied line', async () => {
  const lane = treeLane({ 'users.py': 'def save_user(user):\n    user.validate()\n    session.add(user)\n    audit("user", save_user)\n' });
  const found = await texts(lane, 'def save_order(order):\n    order.validate()\n    session.add(order)\n    ', 'orders.py');
  assert.is(found[0], 'audit("order", save_order)');
});

test('a renamed part of a name is renamed inside longer names, and strings as a whole', async () => {
  const lane = treeLane({
    'user.ts': "export function useUserList() {\n  const name = 'users';\n  const list = getUserList(name);\n  return cache(name, 'users', makeUserRow);\n}\n",
  });
  const found = await texts(lane, "export function useTeamList() {\n  const name = 'teams';\n  const list = getTeamList(name);\n  ", 'team.ts');
  assert.is(found[0], "return cache(name, 'teams', makeTeamRow);");
});

test('a line of the open file above the cursor is a candidate', async () => {
  const lane = treeLane({});
  const found = await lane.propose({ prefix: 'a = load("a")\ncheck(a)\n\nb = load("b")\n', suffix: null, path: 'x.py' });
  assert.is(found[0]!.text, 'check(b)');
  assert.is(found[0]!.path, 'x.py');
  assert.is(found[0]!.line, 1);
});

test('a line below the cursor is a candidate only when what follows is given', async () => {
  const lane = treeLane({});
  const prefix = 'alpha = load("alpha")\n';
  assert.equal(await texts(lane, prefix), []);
  assert.ok((await texts(lane, prefix, 'x.py', '\n\nbeta = load("beta")\nregister(beta)\n')).includes('register(alpha)'));
});

test('the stored text of the edited file is never copied', async () => {
  const secret = 'def load(path):\n    return only_in_the_commit(path)\n';
  const lane = treeLane({ 'a.py': secret, 'b.py': 'def other(path):\n    return 1\n' });
  const found = await texts(lane, 'def load(path):\n    ', 'a.py');
  assert.not.ok(found.some((text) => text.includes('only_in_the_commit')));
  assert.not.ok(lane.reads.includes(oidOf(secret)));
  assert.ok((await texts(lane, 'def load(path):\n    ', 'c.py')).includes('return only_in_the_commit(path)'));
});

test('an identical copy of the edited file elsewhere in the tree is not copied from', async () => {
  const stored = 'def load(path):\n    return only_in_the_commit(path)\n';
  const lane = treeLane({ 'a.py': stored, 'vendored/a.py': stored });
  assert.equal(await texts(lane, 'def load(path):\n    ', 'a.py'), []);
  assert.equal(await texts(lane, 'def load(path):\n    return only', 'a.py'), []);
  assert.ok((await texts(lane, 'def load(path):\n    ', 'c.py')).includes('return only_in_the_commit(path)'));
});

test('a file renamed and not committed yet is not completed from its old self', async () => {
  const lines = Array.from({ length: 40 }, (_, k) => (k % 4 === 3 ? '}\n' : `step_${k}(${k});\n`));
  const lane = treeLane({ 'old.ts': lines.join(''), 'other.ts': `${lines.slice(0, 12).join('')}go_elsewhere();\nand_on();\n${'more();\n'.repeat(9)}` });
  const at = (path: string, cursor: number, suffix: string): Promise<string[]> => texts(lane, lines.slice(0, cursor).join(''), path, suffix);
  // The buffer lacks the line at the cursor and one more, which are to be written anew.
  assert.not.ok((await at('new.ts', 21, `\n${lines.slice(23).join('')}`)).includes('step_21(21);'));
  assert.ok((await at('new.ts', 12, `\n${lines.slice(14).join('')}`)).includes('go_elsewhere();'), 'another file that only begins alike stays');
  // With half of the lines gone it is another file, which may well be made after the first.
  assert.ok((await at('new.ts', 21, '\n')).includes('step_21(21);'));
});

test('a short file is no earlier self of a new one', async () => {
  const lane = treeLane({ 'a.py': 'import os\nimport sys\nimport json\n\nmain(sys.argv)\n' });
  assert.ok((await texts(lane, 'import os\nimport sys\nimport json\n\n', 'new.py')).includes('main(sys.argv)'));
});

test('after a switch of branches no line of the old tree is proposed, although its blobs are cached', async () => {
  const main = { 'a.py': 'start()\nline_of_main()\n', 'k.py': 'kept()\nafter_kept()\n' };
  const branch = { 'a.py': 'start()\nline_of_branch()\n', 'k.py': 'kept()\nafter_kept()\n' };
  const lane = treeLane(main);
  assert.is((await texts(lane, 'start()\n'))[0], 'line_of_main()');
  lane.open(branch);
  const found = await texts(lane, 'start()\n');
  assert.is(found[0], 'line_of_branch()');
  assert.not.ok(found.includes('line_of_main()'));
  assert.is((await texts(lane, 'kept()\n'))[0], 'after_kept()');
  lane.open(main);
  assert.is((await texts(lane, 'start()\n'))[0], 'line_of_main()');
});

test('a switch of branches during a request neither breaks it nor mixes the trees', async () => {
  const lane = treeLane({ 'a.py': 'start()\nline_of_main()\nstart()\nother_of_main()\n' });
  await lane.settled();
  const asked = lane.propose({ prefix: 'start()\n', suffix: null, path: 'new.py' });
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, k) => [`f${k}.py`, `start()\n${`line_of_branch(${k})\n`.repeat(400)}`]));
  lane.open(many);
  assert.equal((await asked).map(({ text }) => text).filter((text) => text !== 'start()').sort(), ['line_of_main()', 'other_of_main()']);
  const later = await texts(lane, 'start()\n');
  assert.ok(later.length > 1);
  for (const text of later) assert.not.match(text, /of_main/);
});

test('in mid-line a candidate continues what is typed, and only its rest is returned', async () => {
  const lane = treeLane({ 'a.py': 'conn = open_it()\nconn.execute(query, values)\n', 'b.py': 'conn = open_it()\nlog(conn)\n' });
  const found = await texts(lane, 'conn = open_it()\nconn.ex');
  assert.is(found[0], 'ecute(query, values)');
  for (const text of found) assert.match(text, /^ecute\b/);
  assert.equal(await texts(lane, 'conn = open_it()\nconn.execute(query, values)'), []);
  assert.equal(await texts(lane, 'conn = open_it()\nunheard_of'), []);
});

test('in mid-line a line of a file nearby is found whatever stands above it', async () => {
  const lane = treeLane({ 'src/a.py': 'import os\nfrom somewhere.deep import ThingMaker\n', 'src/b.py': 'x = 1\n' });
  assert.ok((await texts(lane, '# nothing alike\nfrom somewhere.d', 'src/c.py')).includes('eep import ThingMaker'));
});

test('candidates are few, different, and ordered by a probability', async () => {
  const tree = Object.fromEntries(Array.from({ length: 40 }, (_, k) => [`f${k}.py`, `head()\nfollow_${k}(${k})\n`]));
  const lane = treeLane(tree);
  await lane.settled();
  const found = await lane.propose({ prefix: 'head()\n', suffix: null, path: 'new.py' });
  assert.is(found.length, MOST_CANDIDATES);
  assert.is(new Set(found.map((one) => one.text)).size, found.length);
  found.forEach((one, k) => {
    assert.ok(one.score > 0 && one.score < 1);
    assert.ok(k === 0 || found[k - 1]!.score >= one.score);
  });
});

test('at the first column a deeper line brings its indentation along', async () => {
  const lane = treeLane({ 'a.py': 'class A:\n    def go(self):\n        return self.step()\n' });
  assert.is((await texts(lane, 'class A:\n    def go(self):\n'))[0], '        return self.step()');
  assert.is((await texts(lane, 'class A:\n    def go(self):\n        '))[0], 'return self.step()');
});

test('equal requests get equal answers, whatever was asked between', async () => {
  const tree = Object.fromEntries(Array.from({ length: 9 }, (_, k) => [`d${k % 3}/f${k}.py`, `head()\nvalue = step(${k % 4})\nvalue.go(${k})\n`]));
  const lane = treeLane(tree);
  const ask = async (of: typeof lane) => {
    await of.settled();
    return of.propose({ prefix: 'head()\nvalue = step(1)\n', suffix: null, path: 'd1/new.py' });
  };
  const first = await ask(lane);
  await texts(lane, 'value = step(3)\n');
  assert.equal(await ask(lane), first);
  assert.equal(await ask(treeLane(tree)), first);
});

test('lines with control or bidirectional characters, and lines of data, are not proposed', async () => {
  for (const line of ['go("\u202Eevil")', 'go("\u0007")', 'go("a\u200Bb")', `go("${'a'.repeat(500)}")`]) {
    const lane = treeLane({ 'a.py': `head()\n${line}\n`, 'b.py': 'x = 1\nhead()\ngo("\tfine")\n' });
    const found = await texts(lane, 'head()\n');
    assert.ok(found.includes('go("\tfine")'));
    assert.not.ok(found.includes(line), JSON.stringify(line));
    for (const text of found) assert.not.match(text, /[\u202E\u0007\u200B]|a{9}/, JSON.stringify(line));
  }
});

test('an empty buffer, an empty tree and an unreadable blob give no candidate', async () => {
  assert.equal(await texts(treeLane({}), ''), []);
  assert.equal(await texts(treeLane({ 'a.py': 'x = 1\ny = 2\n' }), ''), []);
  const lane = treeLane({});
  lane.index.update([{ path: 'gone.py', oid: '0'.repeat(40), hashes: Uint32Array.of(1, 256, 2, 256) }]);
  assert.equal(await texts(lane, 'x = y\n'), []);
});

test('text that is not what was indexed is never proposed', async () => {
  const index = new LineIndex();
  index.update([{ path: 'a.py', oid: 'f'.repeat(40), hashes: hashLines('x = z\ny = right\n') }]);
  const ask = (content: string) => createCopyLane(index, new TokenIndex(async () => undefined), async () => content).propose({ prefix: 'x = z\n', suffix: null, path: 'new.py' });
  assert.is((await ask('x = z\ny = right\n'))[0]?.text, 'y = right');
  assert.equal(await ask('x = z\ny = wrong\n'), []);
});

test.run();
