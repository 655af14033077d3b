/**
 * `hefc bench typing [--minutes M] [--keys-per-second K] [--sample-seconds S] [--repo DIR] [--json FILE]`: a stretch of
 * typing and committing against the real daemon, which shows what a day of work does to its memory and its answers. The
 * lines are those of the repository's last commits, typed from the oldest on.
 */
import { parseArgs } from 'node:util';
import { packageRoot } from '../../../daemon/ipc/packageRoot.js';
import { positiveNumber } from '../numbers.js';
import { conditionLines, conditionsOf } from '../conditions.js';
import { onWorkbench, repositoryAt, writeJson } from '../onWorkbench.js';
import { residentMemory } from '../processMemory.js';
import { createKeyboard, type Answer } from './keyboard.js';
import { memoryGrowth, sampleOf, typingTables, type Sample } from './report.js';
import { work, type Done } from './work.js';

export async function typing(given: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...given],
    options: {
      minutes: { type: 'string', default: '30' },
      'keys-per-second': { type: 'string', default: '8' },
      'sample-seconds': { type: 'string', default: '10' },
      repo: { type: 'string', default: packageRoot() },
      json: { type: 'string' },
    },
  });
  const minutes = positiveNumber('minutes', values.minutes);
  const keysPerSecond = positiveNumber('keys-per-second', values['keys-per-second']);
  const sampleSeconds = positiveNumber('sample-seconds', values['sample-seconds']);
  const source = repositoryAt(values.repo);
  await onWorkbench(source, async (bench, { show, clear }) => {
    bench.hefc('hooks', 'install');
    show('indexing');
    await (await bench.daemon()).call('index', { repo: bench.repo, wait: true });
    let { pid, model, device } = (await bench.status()).daemon;
    const conditions = conditionsOf('typing', given, source, `${model} on ${device}`);

    const keyboard = createKeyboard(bench.daemon, keysPerSecond);
    const samples: Sample[] = [];
    const answers: Answer[] = [];
    const done: Done = { lines: 0, commits: 0, switches: 0 };
    const began = performance.now();
    const seconds = (): number => (performance.now() - began) / 1000;
    // Written at each sample: an hour is long enough for something to end it early.
    const save = (): void => {
      const rss_mb_per_hour = memoryGrowth(samples);
      writeJson(values.json, { ...conditions, minutes, keys_per_second: keysPerSecond, ...done, rss_mb_per_hour: Number.isNaN(rss_mb_per_hour) ? null : rss_mb_per_hour, samples });
    };
    const sample = async (): Promise<void> => {
      let { now_mb } = residentMemory(pid);
      if (now_mb === null) {
        // Another daemon has taken its place.
        ({ pid } = (await bench.status()).daemon);
        ({ now_mb } = residentMemory(pid));
      }
      const taken = keyboard.take();
      answers.push(...taken);
      samples.push(sampleOf(seconds(), now_mb, taken));
      save();
      show(`typing: ${Math.round(seconds())} of ${Math.round(60 * minutes)} s, ${now_mb?.toFixed(0)} MB`);
    };
    const timer = setInterval(() => void sample().catch(() => undefined), 1000 * sampleSeconds);
    try {
      await sample();
      await work(bench, keyboard, () => seconds() > 60 * minutes, done);
      await keyboard.settled();
      await sample();
    } finally {
      clearInterval(timer);
      clear();
      console.log(['# Typing', '', ...conditionLines(conditions), '', ...typingTables(samples, answers, done)].join('\n'));
    }
  });
}
