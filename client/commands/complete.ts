import { EXIT } from '../failure.js';
import { printJson } from '../print.js';
import type { PlaceOptions } from '../place.js';
import { REASONS } from '../reasons.js';
import { completionJson, requestCompletion } from '../requestCompletion.js';

/** Streams to a terminal; elsewhere the whole text, or with --json one object, is printed at the end. */
export async function complete(options: PlaceOptions): Promise<void> {
  const streams = options.json !== true && process.stdout.isTTY === true;
  let shown = '';
  const onText = (text: string): void => {
    shown += text;
    process.stdout.write(text);
  };
  const result = await requestCompletion(options, streams ? { onText } : {});
  if (options.json === true) printJson(completionJson(result));
  else if (result.text.startsWith(shown)) process.stdout.write(result.text.slice(shown.length) + (result.text === '' ? '' : '\n'));
  else process.stdout.write(`\n${result.text}\n`);
  if (result.text !== '') return;
  if (options.json !== true) process.stderr.write(`hefc: nothing to complete: ${REASONS[result.reason]}\n`);
  if (result.reason === 'deadline') process.exitCode = EXIT.timeout;
}
