/**
 * How often the shell's first suggestion is right: `node dist/test/shell/hiddenTails.js --repos DIR [--per-repo N] [--seed S]
 * [--written] [--bundle DIR] owner/name…`. Command lines of CI files are cut at a random place after their first word;
 * the rest is to come back from all other files of the repository. With `--written` the repository is indexed and the model
 * asked as well.
 */
import { parseArgs } from 'node:util';
import { createGatherer } from '../../daemon/shell/gather.js';
import { match } from '../../daemon/shell/match.js';
import { findCommandFiles } from '../../daemon/shell/findCommandFiles.js';
import { readCommands } from '../../daemon/shell/read/readCommands.js';
import { writeOn } from '../../daemon/shell/writeOn.js';
import { mix } from '../../daemon/shell/mix.js';
import type { ObjectReader } from '../../store/types.js';
import { EvalError } from '../eval/evalError.js';
import { openBare } from '../eval/openBare.js';
import { bundleFolder, openEvaluation } from '../eval/openEvaluation.js';
import { seededRandom } from '../eval/random.js';
import { repositoryFolder } from '../eval/repositories.js';
import { runAsScript } from '../eval/runAsScript.js';
import { scratchFolder } from '../eval/scratch.js';
import { markdown } from '../eval/table.js';

interface Tail {
  path: string;
  whole: string;
  left: string;
}

/** Up to `count` different command lines of the commit's pipelines, each cut once. */
export async function drawTails(objects: ObjectReader, count: number, seed: number): Promise<Tail[]> {
  const random = seededRandom(seed);
  const { files } = await findCommandFiles(objects, (await objects.rootTree('HEAD')).tree, new Map());
  const lines = new Map<string, string>();
  for (const file of files.filter(({ kind }) => kind === 'pipeline')) {
    const bytes = await objects.readBlob(file.oid);
    for (const { what, text } of bytes === undefined ? [] : await readCommands(file, bytes)) if (what === 'line' && /\s/.test(text) && !/&&|;/.test(text)) lines.set(text, file.path);
  }
  const drawn = [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map((one) => ({ one, order: random() })).sort((a, b) => a.order - b.order).slice(0, count);
  return drawn.map(({ one: [whole, path] }) => {
    const first = whole.search(/\s/) + 1;
    return { path, whole, left: whole.slice(0, first + Math.floor(random() * (whole.length - first))) };
  });
}

interface Score {
  shown: number;
  first: number;
  part: number;
  three: number;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { repos: { type: 'string' }, 'per-repo': { type: 'string', default: '20' }, seed: { type: 'string', default: '1' }, written: { type: 'boolean', default: false }, bundle: { type: 'string' }, details: { type: 'boolean', default: false } } });
  if (values.repos === undefined || positionals.length === 0) throw new EvalError('usage: hiddenTails --repos DIR [--per-repo N] [--seed S] [--written] [--bundle DIR] owner/name…');
  const evaluation = values.written ? await openEvaluation(bundleFolder(values.bundle), scratchFolder()) : undefined;
  const scores = new Map<string, Score>();
  let tasks = 0;
  const count = (arm: string, answers: readonly string[], whole: string): void => {
    const score = scores.get(arm) ?? { shown: 0, first: 0, part: 0, three: 0 };
    scores.set(arm, score);
    if (answers.length > 0) score.shown++;
    if (answers[0] === whole) score.first++;
    if (answers[0] !== undefined && (whole === answers[0] || whole.startsWith(`${answers[0]} `))) score.part++;
    if (answers.slice(0, 3).includes(whole)) score.three++;
  };
  for (const repo of positionals) {
    const folder = repositoryFolder(values.repos, repo);
    const objects = await openBare(folder);
    const repository = await evaluation?.open(folder);
    await repository?.index({});
    const gatherer = createGatherer();
    for (const { path, whole, left } of await drawTails(objects, Number(values['per-repo']), Number(values.seed))) {
      tasks++;
      const { candidates } = await gatherer.candidates(objects, '', { except: path });
      const matches = match(candidates, { left, right: '' }, 10);
      count('candidates', matches.map((one) => one.left), whole);
      for (const how of ['continued', 'argument', 'like'] as const) count(`candidates: ${how} alone`, matches.filter((one) => one.how === how).map((one) => one.left), whole);
      if (repository === undefined) continue;
      const written = await writeOn((request) => repository.complete(request), { folder: '', left, right: '', candidates, deadline: Date.now() + 20_000, session: 'tails', except: path });
      count('written', written === undefined ? [] : [written.left], whole);
      if (written !== undefined) count(`written by ${written.lane}`, [written.left], whole);
      count('both', mix(matches, written).map((one) => one.left), whole);
      if (values.details) console.error(JSON.stringify({ repo, left, whole, matches: matches.slice(0, 3).map((one) => [one.how, one.left]), written }));
    }
    await repository?.close();
    objects.close();
  }
  await evaluation?.close();
  const percent = (n: number): string => `${((100 * n) / tasks).toFixed(1)} %`;
  console.log(`${tasks} command lines of ${positionals.length} repositories\n`);
  console.log(markdown(['suggestions', 'shown', 'first is right', 'first is right as far as it goes', 'one of three is right'], [...scores].map(([arm, { shown, first, part, three }]) => [arm, percent(shown), percent(first), percent(part), percent(three)])).join('\n'));
}

await runAsScript(import.meta.url, main);
