/**
 * `hefc bench replay [--lines N] [--keys-per-second K] [--debounce MS] [--reaction MS] [--confidence C] [--repo DIR] [--json FILE]`:
 * the repository's last commits typed key by key in an editor, the real `hefc lsp` process with the real daemon behind it.
 * Each commit is typed on its parent, which is indexed before. It says how soon ghost text is there, how often it is right,
 * and how many keys it saves.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../../daemon/ipc/packageRoot.js';
import { endEditors, INLINE, startEditor, type Editor } from '../../lsp/editor.js';
import { conditionLines, conditionsOf } from '../conditions.js';
import { positiveNumber } from '../numbers.js';
import { onWorkbench, repositoryAt, writeJson } from '../onWorkbench.js';
import { changesOf, laterCommits } from '../typing/history.js';
import { openPage } from './page.js';
import { replayTable, type ServerCounts } from './report.js';
import { createTypist, emptyTally } from './typist.js';

/** Lines typed of one commit at most, so that many commits have a part. */
const LINES_A_COMMIT = 15;

export async function replay(given: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...given],
    options: {
      lines: { type: 'string', default: '150' },
      'keys-per-second': { type: 'string', default: '8' },
      debounce: { type: 'string', default: '50' },
      reaction: { type: 'string', default: '250' },
      confidence: { type: 'string' },
      repo: { type: 'string', default: packageRoot() },
      json: { type: 'string' },
    },
  });
  const wanted = positiveNumber('lines', values.lines);
  const pace = { keysPerSecond: positiveNumber('keys-per-second', values['keys-per-second']), debounce: positiveNumber('debounce', values.debounce), reaction: positiveNumber('reaction', values.reaction) };
  const settings = values.confidence === undefined ? {} : { confidence: Number(values.confidence) };
  const source = repositoryAt(values.repo);
  await onWorkbench(source, async (bench, { show, clear }) => {
    bench.hefc('hooks', 'install');
    const { model, device } = (await bench.status()).daemon;
    const conditions = conditionsOf('replay', given, source, `${model} on ${device}`);
    const tally = emptyTally();
    const typist = createTypist(pace, tally);
    const over = (): boolean => tally.lines >= wanted;
    const commits = laterCommits(bench);
    // Spread over the history.
    const step = Math.max(1, Math.floor((commits.length * LINES_A_COMMIT) / wanted));
    const editor = await startEditor({ capabilities: INLINE, root: bench.repo, initializationOptions: { hefc: settings } });
    let server: ServerCounts = { requests: 0, kept: 0, ahead: 0 };
    try {
      for (let at = commits.length - 1; at >= 0 && !over(); at -= step) {
        const commit = commits[at]!;
        bench.git('checkout', '--quiet', '--force', '--detach', commit.parent);
        await (await bench.daemon()).call('index', { repo: bench.repo, wait: true });
        const until = tally.lines + LINES_A_COMMIT;
        for (const { path, hunks } of changesOf(bench, commit)) {
          if (over() || tally.lines >= until) break;
          await typeChange(editor, join(bench.repo, path), hunks, () => over() || tally.lines >= until);
          show(`typing: ${tally.lines} of ${wanted} lines`);
        }
      }
      server = (await editor.run('hefc.requests')) as ServerCounts;
      if (editor.messages.length > 0) throw new Error(`the language server complained: ${editor.messages.join('; ')}`);
    } finally {
      endEditors();
      clear();
    }
    writeJson(values.json, { ...conditions, ...pace, ...tally, server });
    console.log(['# Replay', '', ...conditionLines(conditions), `- Pace: ${pace.keysPerSecond} keys a second, ${pace.debounce} ms from a key to the request, what has stood ${pace.reaction} ms is taken`, '', ...replayTable(tally, server)].join('\n'));

    async function typeChange(editor: Editor, file: string, hunks: readonly { at: number; removed: number; added: string[] }[], enough: () => boolean): Promise<void> {
      const page = openPage(editor, file, readOrEmpty(file), '');
      for (const { at, removed, added } of hunks) {
        if (enough()) break;
        await typist.type(page, at, removed, added, enough);
      }
      editor.close(file);
    }
  });
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A new file; the daemon completes in it without its being there.
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    return '';
  }
}
