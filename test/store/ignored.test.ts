import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ignoredByGit } from '../../store/git/ignoredByGit.js';
import { locateRepository } from '../../store/git/locate.js';
import { temporaryFolder } from './fixtures.js';

const test = suite('ignored by Git');

for (const kind of ['git', 'isomorphic-git'] as const) {
  test(`${kind} says which paths would not be added, whether the files are there or not`, async () => {
    const folder = temporaryFolder();
    execFileSync('git', ['init', '--quiet', folder]);
    writeFileSync(join(folder, '.gitignore'), '*.log\nbuild/\n!kept.log\n');
    mkdirSync(join(folder, 'inner'));
    writeFileSync(join(folder, 'inner', '.gitignore'), 'secret-*\n');
    writeFileSync(join(folder, '.git', 'info', 'exclude'), 'mine.txt\n');
    const place = await locateRepository(folder);
    const said: Record<string, boolean> = {};
    for (const path of ['a.py', 'a.log', 'kept.log', 'build/a.py', 'inner/secret-a', 'inner/a', 'mine.txt', '-strange name']) said[path] = await ignoredByGit(place, kind, path);
    assert.equal(said, { 'a.py': false, 'a.log': true, 'kept.log': false, 'build/a.py': true, 'inner/secret-a': true, 'inner/a': false, 'mine.txt': true, '-strange name': false });
  });
}

test.run();
