import { execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { probeFeatures, type RepositoryFeatures } from '../../store/git/features.js';
import { locateRepository } from '../../store/git/locate.js';
import { createNativeReader } from '../../store/git/nativeReader.js';
import { openObjects } from '../../store/git/openObjects.js';
import { isUtf8Name } from '../../store/entryName.js';
import type { ObjectReader } from '../../store/types.js';
import { isOneLineWithFix, refusalOfPromise, temporaryFolder } from './fixtures.js';
import { commitAll, emptyRepository, git, listedByGit, listedByReader, smallRepository, write } from './gitFixture.js';

const test = suite('object reader');
const readers = ['git', 'isomorphic-git'] as const;

async function withReader<T>(path: string, prefer: (typeof readers)[number], work: (reader: ObjectReader) => Promise<T>): Promise<T> {
  const reader = await openObjects(await locateRepository(path), { prefer });
  try {
    assert.is(reader.kind, prefer);
    return await work(reader);
  } finally {
    await reader.close();
  }
}

/** Each reader must see what git lists and shows at a revision; absent blobs must be absent for git too. */
async function checkParity(path: string, revision = 'HEAD', which: readonly (typeof readers)[number][] = readers): Promise<void> {
  const listed = listedByGit(path, revision);
  for (const prefer of which) {
    await withReader(path, prefer, async (reader) => {
      const { commit, tree } = await reader.rootTree(revision);
      assert.is(commit, git(path, ['rev-parse', `${revision}^{commit}`]).trim());
      assert.is(tree, git(path, ['rev-parse', `${revision}^{tree}`]).trim());
      assert.equal(await listedByReader(reader, tree), listed);
      for (const line of listed) {
        const [kind, oid] = line.split(' ') as [string, string];
        if (kind === 'gitlink') continue;
        const content = await reader.readBlob(oid);
        assert.is(content?.toString('latin1'), git(path, ['cat-file', 'blob', oid]));
        assert.is(await reader.blobSize(oid), content?.length);
      }
    });
  }
}

async function featuresOf(path: string): Promise<(keyof RepositoryFeatures)[]> {
  const features = await probeFeatures(await locateRepository(path));
  return (Object.keys(features) as (keyof RepositoryFeatures)[]).filter((name) => features[name]);
}

test('both readers agree with git on loose and packed objects', async () => {
  const folder = smallRepository();
  write(folder, 'binary', Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7919) % 256)));
  commitAll(folder);
  await checkParity(folder);
  git(folder, ['gc', '-q']);
  assert.not.ok(existsSync(join(folder, '.git', 'refs', 'heads', 'main')), 'refs are packed');
  write(folder, 'src/main.py', 'print("changed")\n');
  commitAll(folder);
  await checkParity(folder);
  await checkParity(folder, 'HEAD~1', ['git']);
  assert.equal(await featuresOf(folder), []);
});

test('a revision may be a branch, a tag, an annotated tag, a short or a full id', async () => {
  const folder = smallRepository();
  git(folder, ['tag', 'light']);
  git(folder, ['tag', '-a', '-m', 'x', 'heavy']);
  git(folder, ['tag', '-a', '-m', 'x', 'heavier', 'heavy']);
  git(folder, ['branch', 'topic/one']);
  const commit = git(folder, ['rev-parse', 'HEAD']).trim();
  git(folder, ['pack-refs', '--all']);
  for (const prefer of readers) {
    await withReader(folder, prefer, async (reader) => {
      const found = await Promise.all(
        ['HEAD', 'main', 'refs/heads/main', 'topic/one', 'light', 'heavy', 'refs/tags/heavier', commit, commit.slice(0, 10)].map((revision) => reader.rootTree(revision)),
      );
      assert.equal(new Set(found.map((row) => row.commit)), new Set([commit]));
      for (const wrong of ['nothing', '', 'main\nHEAD', '--help', 'a b', '0'.repeat(40)]) {
        assert.ok(isOneLineWithFix(await refusalOfPromise(reader.rootTree(wrong)), 'missing-object'), wrong);
      }
      // After refusals the answers still belong to their questions.
      assert.is((await reader.rootTree('main')).commit, commit);
    });
  }
});

test('absent objects are reported absent, and many questions at once are answered in order', async () => {
  const folder = smallRepository();
  for (const prefer of readers) {
    await withReader(folder, prefer, async (reader) => {
      const absent = 'deadbeef'.repeat(5);
      const blobs = listedByGit(folder, 'HEAD').map((line) => line.split(' ')[1]!);
      const asked = Array.from({ length: 200 }, (_, at) => (at % 3 === 0 ? absent : blobs[at % blobs.length]!));
      const answers = await Promise.all(asked.map((oid) => reader.readBlob(oid)));
      answers.forEach((content, at) => {
        assert.is(content?.toString('latin1'), asked[at] === absent ? undefined : git(folder, ['cat-file', 'blob', asked[at]!]));
      });
      assert.is(await reader.blobSize(absent), undefined);
      assert.ok(isOneLineWithFix(await refusalOfPromise(reader.readTree(absent)), 'missing-object'));
      assert.is((await refusalOfPromise(reader.readTree(blobs[0]!))).code, 'missing-object');
      assert.is(await reader.readBlob((await reader.rootTree('HEAD')).tree), undefined);
    });
  }
});

test('commits made after opening are seen', async () => {
  const folder = smallRepository();
  for (const prefer of readers) {
    await withReader(folder, prefer, async (reader) => {
      await reader.rootTree('HEAD');
      write(folder, 'new.txt', `${prefer}\n`);
      const commit = commitAll(folder);
      git(folder, ['repack', '-q', '-a', '-d']);
      const { commit: found, tree } = await reader.rootTree('HEAD');
      assert.is(found, commit);
      assert.equal(await listedByReader(reader, tree), listedByGit(folder, 'HEAD'));
    });
  }
});

test('branches are listed by full name, packed or not', async () => {
  const folder = smallRepository();
  git(folder, ['branch', 'a/packed']);
  git(folder, ['pack-refs', '--all']);
  git(folder, ['branch', 'loose']);
  for (const prefer of readers) {
    await withReader(folder, prefer, async (reader) => assert.equal(await reader.branches(), ['refs/heads/a/packed', 'refs/heads/loose', 'refs/heads/main']));
  }
});

test('head tells a branch, a detached HEAD and an unborn branch apart', async () => {
  const folder = smallRepository();
  const commit = git(folder, ['rev-parse', 'HEAD']).trim();
  const unborn = emptyRepository();
  for (const prefer of readers) {
    git(folder, ['checkout', '-q', 'main']);
    await withReader(folder, prefer, async (reader) => {
      assert.equal(await reader.head(), { ref: 'refs/heads/main', commit });
      git(folder, ['checkout', '-q', '--detach']);
      assert.equal(await reader.head(), { ref: 'HEAD', commit });
      await checkParity(folder);
    });
    await withReader(unborn, prefer, async (reader) => {
      assert.equal(await reader.head(), { ref: 'refs/heads/main', commit: null });
      assert.is((await refusalOfPromise(reader.rootTree('HEAD'))).code, 'missing-object');
    });
  }
});

test('a commit of the empty tree has no entries', async () => {
  const folder = emptyRepository();
  git(folder, ['commit', '-q', '--allow-empty', '-m', 'nothing']);
  await checkParity(folder);
});

test('linked worktrees share objects and refs and have a HEAD of their own', async () => {
  const folder = smallRepository();
  const linked = join(temporaryFolder(), 'linked');
  git(folder, ['worktree', 'add', '-q', '-b', 'topic', linked]);
  write(linked, 'only-here.py', 'x = 1\n');
  const commit = commitAll(linked);
  const place = await locateRepository(join(linked, 'src', 'main.py'));
  const main = await locateRepository(folder);
  assert.is(place.commonDir, main.commonDir);
  assert.is.not(place.gitDir, main.gitDir);
  assert.is(place.worktree, linked);
  for (const prefer of readers) {
    await withReader(linked, prefer, async (reader) => assert.equal(await reader.head(), { ref: 'refs/heads/topic', commit }));
    await withReader(folder, prefer, async (reader) => assert.is((await reader.head()).ref, 'refs/heads/main'));
  }
  await checkParity(linked);
});

test('a repository is found from a file, a folder, a path not made yet and from inside .git', async () => {
  const folder = smallRepository();
  const expected = { worktree: folder, gitDir: join(folder, '.git'), commonDir: join(folder, '.git'), objectFormat: 'sha1' };
  for (const path of ['', 'src/deep', 'src/main.py', 'not/yet/made.py', '.git', '.git/hooks']) {
    assert.equal(await locateRepository(join(folder, path)), expected, path);
  }
});

test('a bare repository has no work tree', async () => {
  const folder = smallRepository();
  const bare = join(temporaryFolder(), 'bare.git');
  git(folder, ['clone', '-q', '--bare', folder, bare]);
  const place = await locateRepository(bare);
  assert.equal(place, { worktree: null, gitDir: bare, commonDir: bare, objectFormat: 'sha1' });
  await checkParity(bare);
});

test('outside a repository the error says so', async () => {
  const error = await refusalOfPromise(locateRepository(temporaryFolder()));
  assert.ok(isOneLineWithFix(error, 'not-a-repository'));
  const broken = temporaryFolder();
  writeFileSync(join(broken, '.git'), 'gitdir: /nowhere/at/all\n');
  assert.ok(isOneLineWithFix(await refusalOfPromise(locateRepository(broken)), 'not-a-repository'));
});

test('symbolic links and submodules are entries of their own kind, and a submodule is a repository of its own', async () => {
  const inner = smallRepository();
  const folder = smallRepository();
  symlinkSync('src/main.py', join(folder, 'link'));
  git(folder, ['-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner, 'vendor/inner']);
  commitAll(folder);
  const listed = listedByGit(folder, 'HEAD');
  assert.ok(listed.some((line) => line.startsWith('symlink ') && line.endsWith(' link')));
  assert.ok(listed.some((line) => line.startsWith('gitlink ') && line.endsWith(' vendor/inner')));
  await checkParity(folder);
  const place = await locateRepository(join(folder, 'vendor', 'inner', 'src'));
  assert.is(place.worktree, join(folder, 'vendor', 'inner'));
  assert.is(place.commonDir, join(folder, '.git', 'modules', 'vendor', 'inner'));
  await checkParity(place.worktree!);
});

test('names that are not UTF-8 are kept byte for byte', async () => {
  const folder = emptyRepository();
  const blob = git(folder, ['hash-object', '-w', '--stdin'], Buffer.from('x\n')).trim();
  const names = ['caf\xe9.py', 'caf\xea.py', '\xc3\xa9.py', '\xef\xbb\xbfbom.py', '\xed\xa0\x80.py', 'new\nline'];
  const tree = git(folder, ['mktree', '-z'], Buffer.from(names.map((name) => `100644 blob ${blob}\t${name}\0`).join(''), 'latin1')).trim();
  const commit = git(folder, ['commit-tree', tree, '-m', 'bytes']).trim();
  git(folder, ['update-ref', 'refs/heads/main', commit]);
  await checkParity(folder);
  await withReader(folder, 'git', async (reader) => {
    const read = (await reader.readTree(tree)).map((entry) => entry.name);
    assert.is(new Set(read).size, names.length);
    assert.equal(read.filter((name) => !isUtf8Name(name)).length, 3);
  });
});

test('SHA-256 is read through git and refused by name without it', async () => {
  const folder = smallRepository(['--object-format=sha256']);
  assert.is((await locateRepository(folder)).objectFormat, 'sha256');
  assert.equal(await featuresOf(folder), ['sha256']);
  await checkParity(folder, 'HEAD', ['git']);
  const error = await refusalOfPromise(openObjects(await locateRepository(folder), { prefer: 'isomorphic-git' }));
  assert.ok(isOneLineWithFix(error, 'unsupported-repository'));
  assert.match(error.message, /SHA-256/);
});

test('reftable is read where git knows it, else refused by name', async () => {
  const folder = smallRepository();
  const knows = /ref-format/.test(gitInitHelp());
  const repository = knows ? smallRepository(['--ref-format=reftable']) : folder;
  if (!knows) appendFileSync(join(folder, '.git', 'config'), '[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n');
  assert.equal(await featuresOf(repository), ['reftable']);
  const place = await locateRepository(repository);
  assert.match((await refusalOfPromise(openObjects(place, { prefer: 'isomorphic-git' }))).message, /reftable/);
  if (knows) {
    await checkParity(repository, 'HEAD', ['git']);
    await withReader(repository, 'git', async (reader) => assert.is((await reader.head()).ref, 'refs/heads/main'));
    return;
  }
  await withReader(repository, 'git', async (reader) => {
    const error = await refusalOfPromise(reader.rootTree('HEAD'));
    assert.ok(isOneLineWithFix(error, 'unsupported-repository'), error.message);
  });
});

function gitInitHelp(): string {
  try {
    return execFileSync('git', ['init', '-h'], { encoding: 'utf8' });
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}

test('alternates are read through git and refused by name without it', async () => {
  const folder = smallRepository();
  const borrowing = join(temporaryFolder(), 'borrowing');
  git(folder, ['clone', '-q', '--shared', folder, borrowing]);
  assert.equal(await featuresOf(borrowing), ['alternates']);
  await checkParity(borrowing, 'HEAD', ['git']);
  const error = await refusalOfPromise(openObjects(await locateRepository(borrowing), { prefer: 'isomorphic-git' }));
  assert.match(error.message, /alternates/);
});

test('shallow clones are read by both', async () => {
  const folder = smallRepository();
  write(folder, 'second', '2\n');
  commitAll(folder);
  const shallow = join(temporaryFolder(), 'shallow');
  git(folder, ['clone', '-q', '--depth', '1', pathToFileURL(folder).href, shallow]);
  assert.equal(await featuresOf(shallow), ['shallow']);
  await checkParity(shallow);
});

test('a partial clone reports what it lacks and fetches nothing', async () => {
  const folder = smallRepository();
  git(folder, ['config', 'uploadpack.allowFilter', 'true']);
  const partial = join(temporaryFolder(), 'partial');
  git(folder, ['clone', '-q', '--no-checkout', '--filter=blob:none', pathToFileURL(folder).href, partial]);
  assert.equal(await featuresOf(partial), ['partialClone']);
  const objects = () => readdirSync(join(partial, '.git', 'objects'), { recursive: true }).map(String).sort();
  const before = objects();
  const listed = listedByGit(partial, 'HEAD');
  for (const prefer of readers) {
    await withReader(partial, prefer, async (reader) => {
      const { tree } = await reader.rootTree('HEAD');
      assert.equal(await listedByReader(reader, tree), listed);
      const oids = listed.map((line) => line.split(' ')[1]!);
      assert.equal(await Promise.all(oids.map((oid) => reader.readBlob(oid))), oids.map(() => undefined));
      assert.is(await reader.blobSize(oids[0]!), undefined);
      assert.is((await reader.rootTree('HEAD')).tree, tree);
    });
  }
  assert.equal(objects(), before);
});

test('sparse checkouts and split indexes make no difference, and the index is never touched', async () => {
  const folder = smallRepository();
  git(folder, ['update-index', '--split-index']);
  git(folder, ['sparse-checkout', 'set', '--no-cone', '/src/']);
  assert.equal((await featuresOf(folder)).sort(), ['sparse', 'splitIndex']);
  const before = readFileSync(join(folder, '.git', 'index'));
  await checkParity(folder);
  assert.equal(readFileSync(join(folder, '.git', 'index')), before);
});

test('variables that a hook inherits lead to no other repository', async () => {
  const folder = smallRepository();
  const other = smallRepository();
  write(other, 'other.py', 'x\n');
  const wrong = commitAll(other);
  const saved = { ...process.env };
  Object.assign(process.env, { GIT_DIR: join(other, '.git'), GIT_INDEX_FILE: '/nowhere', GIT_OBJECT_DIRECTORY: '/nowhere', GIT_WORK_TREE: other });
  try {
    await withReader(folder, 'git', async (reader) => assert.is.not((await reader.rootTree('HEAD')).commit, wrong));
    await checkParity(folder);
  } finally {
    for (const name of ['GIT_DIR', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY', 'GIT_WORK_TREE']) {
      if (saved[name] === undefined) delete process.env[name];
      else process.env[name] = saved[name];
    }
  }
});

test('replaced objects are read as they really are', async () => {
  const folder = smallRepository();
  const oid = git(folder, ['rev-parse', 'HEAD:src/main.py']).trim();
  const original = git(folder, ['cat-file', 'blob', oid]);
  const other = git(folder, ['hash-object', '-w', '--stdin'], Buffer.from('replaced\n')).trim();
  git(folder, ['replace', oid, other]);
  for (const prefer of readers) {
    await withReader(folder, prefer, async (reader) => assert.is((await reader.readBlob(oid))?.toString(), original));
  }
});

test('when the git process dies, reading goes on', async () => {
  const folder = smallRepository();
  await withReader(folder, 'git', async (reader) => {
    const before = await reader.rootTree('HEAD');
    const children = childrenRunning('cat-file');
    assert.is(children.length, existsSync('/proc') ? 1 : 0);
    for (const pid of children) process.kill(pid, 'SIGKILL');
    const pending = Array.from({ length: 20 }, () => reader.rootTree('HEAD'));
    assert.equal(new Set((await Promise.all(pending)).map((row) => row.commit)), new Set([before.commit]));
  });
});

/** Our own children whose command line holds a word; none where /proc is absent. */
function childrenRunning(word: string): number[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
        return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(word);
      } catch {
        return false;
      }
    })
    .map(Number);
}

test('a repository that vanishes gives an error, not a hang', async () => {
  const folder = smallRepository();
  const place = await locateRepository(folder);
  rmSync(folder, { recursive: true });
  const reader = await openObjects(place, { prefer: 'git' });
  assert.ok((await refusalOfPromise(reader.rootTree('HEAD'))).message.length > 0);
  await reader.close();
  assert.is((await refusalOfPromise(reader.rootTree('HEAD'))).code, 'closed');
});

test('a git too old for --batch-command is asked through two processes', async () => {
  const folder = smallRepository();
  const reader = createNativeReader(await locateRepository(folder), [2, 30]);
  const { tree } = await reader.rootTree('main');
  const listed = listedByGit(folder, 'HEAD');
  assert.equal(await listedByReader(reader, tree), listed);
  const oid = listed.at(-1)!.split(' ')[1]!;
  assert.is(await reader.blobSize(oid), (await reader.readBlob(oid))!.length);
  assert.is((await reader.head()).ref, 'refs/heads/main');
  assert.is(childrenRunning('cat-file').length, existsSync('/proc') ? 2 : 0);
  await reader.close();
  assert.equal(childrenRunning('cat-file'), []);
});

// Only root can give a repository to another user.
(process.getuid?.() === 0 ? test : test.skip)('a repository of another user is refused with the command that allows it', async () => {
  const folder = smallRepository();
  for (const name of readdirSync(folder, { recursive: true })) chownSync(join(folder, String(name)), 65534, 65534);
  chownSync(folder, 65534, 65534);
  await withReader(folder, 'git', async (reader) => {
    const error = await refusalOfPromise(reader.rootTree('HEAD'));
    assert.ok(isOneLineWithFix(error, 'git-failed'), error.message);
    assert.match(error.message, /safe\.directory/);
  });
});

test('a large blob comes back whole', async () => {
  const folder = emptyRepository();
  const large = Buffer.alloc(20_000_000, 'a line of text that repeats\n');
  write(folder, 'large.txt', large);
  commitAll(folder);
  const oid = git(folder, ['rev-parse', 'HEAD:large.txt']).trim();
  for (const prefer of readers) {
    await withReader(folder, prefer, async (reader) => {
      assert.is(await reader.blobSize(oid), large.length);
      assert.ok((await reader.readBlob(oid))?.equals(large));
    });
  }
});

test('an unreadable object format is refused', async () => {
  const folder = emptyRepository();
  mkdirSync(join(folder, 'x'));
  appendFileSync(join(folder, '.git', 'config'), '[extensions]\n\tobjectFormat = sha512\n');
  assert.ok(isOneLineWithFix(await refusalOfPromise(locateRepository(folder)), 'unsupported-repository'));
});

test.run();
