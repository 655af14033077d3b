import type { Suggestion } from '../ipc/protocol.js';
import type { Match } from './match.js';
import type { Written } from './writeOn.js';

/** Lines of the repository that go on from what is typed, then single words that do, then what was written, then what only resembles it. */
export function mix(matches: readonly Match[], written: Written | undefined): Suggestion[] {
  const own: Suggestion[] = written === undefined ? [] : [{ left: written.left, from: written.lane, how: 'written' }];
  const all = [...matches.filter(({ how }) => how !== 'like'), ...own, ...matches.filter(({ how }) => how === 'like')];
  return all.filter((one, at) => all.findIndex(({ left }) => left === one.left) === at);
}
