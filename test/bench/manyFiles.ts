/**
 * A repository of very many small files, indexed from nothing by the real daemon:
 * `node dist/test/bench/manyFiles.js [--files N] [--folder-size N]` prints how long it took, the daemon's peak memory and the
 * size of the database, and the same for a commit of one file and a branch switch after it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { markdown } from '../eval/table.js';
import { positiveNumber } from './numbers.js';
import { onWorkbench } from './onWorkbench.js';
import { residentMemory } from './processMemory.js';
import { timed } from './timing.js';

const { values } = parseArgs({ options: { files: { type: 'string', default: '50000' }, 'folder-size': { type: 'string', default: '50' } } });
const files = positiveNumber('files', values.files);
const folderSize = positiveNumber('folder-size', values['folder-size']);

/** One commit of all files, by git fast-import. */
async function makeRepository(folder: string): Promise<void> {
  const made = spawnSync('git', ['init', '--quiet', '--initial-branch', 'main', '.'], { cwd: folder, stdio: 'inherit' });
  if (made.status !== 0) throw new Error('git init failed');
  const importer = spawn('git', ['fast-import', '--quiet'], { cwd: folder, stdio: ['pipe', 'ignore', 'inherit'] });
  const lines: string[] = ['commit refs/heads/main', 'committer Bench <bench@example.invalid> 1700000000 +0000', 'data 5', 'Files'];
  for (let number = 0; number < files; number++) {
    const text = `export function handler${number}(request) {\n  return answer(request, ${number % 97}, topic${number % 1009});\n}\n`;
    lines.push(`M 100644 inline part${Math.floor(number / folderSize) % 100}/folder${Math.floor(number / folderSize)}/file${number}.js`, `data ${Buffer.byteLength(text)}`, text);
  }
  importer.stdin.end(`${lines.join('\n')}\n`);
  if ((await once(importer, 'close'))[0] !== 0) throw new Error('git fast-import failed');
}

const source = mkdtempSync(join(tmpdir(), 'hefc-many-'));
try {
  await makeRepository(source);
  await onWorkbench(source, async (bench, progress) => {
    const daemon = await bench.daemon();
    const { pid } = (await daemon.call('status', {})).daemon;
    progress.show(`indexing ${files} files`);
    const { ms } = await daemon.call('index', { repo: bench.repo, wait: true });
    const { repo } = await bench.status();
    if (repo === null) throw new Error('the daemon does not know the clone');
    const indexed = residentMemory(pid).peak_mb;
    bench.hefc('hooks', 'install');
    writeFileSync(join(bench.repo, 'one.js'), 'export const one = 1;\n');
    bench.git('add', 'one.js');
    const commit = await timed(async () => {
      bench.git('commit', '--quiet', '--message', 'One file');
      await bench.fused();
    });
    const back = await timed(async () => {
      bench.git('checkout', '--quiet', '--detach', 'HEAD~1');
      await bench.fused();
    });
    progress.clear();
    console.log(markdown(['files', 'source MB', 'chunks', 'index s', 'files/s', 'database MB', 'daemon peak MB', 'one-file commit until fused ms', 'switch back ms'], [[
      String(files), (repo.source_bytes / 1e6).toFixed(1), String(repo.chunks), (ms / 1000).toFixed(1), String(Math.round((1000 * files) / ms)), (repo.db_bytes / 1e6).toFixed(1),
      indexed === null ? '' : indexed.toFixed(0), commit.toFixed(0), back.toFixed(0),
    ]]).join('\n'));
  });
} finally {
  rmSync(source, { recursive: true, force: true });
}
