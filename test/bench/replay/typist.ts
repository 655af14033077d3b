/**
 * Someone who types given lines in an editor at a steady pace. The editor asks for a completion a moment after each key, keeps
 * what is typed along, and shows what comes in time; what is shown and right is taken with one key once it has been seen.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { rightLines } from './rightLines.js';

export interface TypistOptions {
  keysPerSecond: number;
  /** From a key to the request, in ms. */
  debounce: number;
  /** For so many ms a suggestion has stood before it is taken. */
  reaction: number;
}

/** The editor's side: one open file. */
export interface Page {
  /** Takes out lines and puts in others, whose last is followed by a line break. 0-based. */
  replaceLines(line: number, removed: number, added: string): void;
  insert(line: number, character: number, text: string): void;
  /** What belongs at the cursor; '' for nothing. */
  suggest(line: number, character: number): Promise<string>;
}

export interface Tally {
  lines: number;
  /** Keys that the lines take without any help: one a character behind the indentation, one for each line's end. */
  plainKeys: number;
  keys: number;
  requests: number;
  /** Keys that were typed along a suggestion, which so stayed. */
  along: number;
  /** Answers that came after the next key. */
  late: number;
  /** Suggestions that came up, those right as far as their first line goes, and those taken. */
  shown: number;
  right: number;
  taken: number;
  /** Lines taken with them, further lines of a block among them. */
  takenLines: number;
  /** Lines at which something was shown, and something right. */
  shownLines: number;
  rightLines: number;
  /** From the request, and from the key before it, to what is shown, in ms; of suggestions that came up. */
  answerMs: number[];
  keyMs: number[];
}

export const emptyTally = (): Tally => ({ lines: 0, plainKeys: 0, keys: 0, requests: 0, along: 0, late: 0, shown: 0, right: 0, taken: 0, takenLines: 0, shownLines: 0, rightLines: 0, answerMs: [], keyMs: [] });

export interface Typist {
  /** Types lines at a place where `removed` others stood. Resolves when they are there, or it is `over`. */
  type(page: Page, at: number, removed: number, added: readonly string[], over: () => boolean): Promise<void>;
}

/** What stands on it now: answers come between the keys. */
interface Screen {
  shown: Shown | undefined;
}

interface Shown {
  text: string;
  since: number;
}

export function createTypist({ keysPerSecond, debounce, reaction }: TypistOptions, tally: Tally): Typist {
  let due = performance.now();

  async function key(): Promise<void> {
    due = Math.max(due + 1000 / keysPerSecond, performance.now());
    await sleep(due - performance.now());
    tally.keys++;
  }

  return {
    async type(page, at, removed, added, over) {
      if (removed > 0) page.replaceLines(at, removed, '');
      const screen: Screen = { shown: undefined };
      let turn = 0;
      for (let n = 0; n < added.length && !over(); n++) {
        let whole = added[n]!;
        // Enter brings the indentation with it.
        let column = /^[ \t]*/.exec(whole)![0].length;
        let seen = { any: false, right: false };
        const ask = (line: number): void => {
          const mine = ++turn;
          const pressed = performance.now();
          const [from, rest] = [column, [whole.slice(column), ...added.slice(n + 1)]];
          setTimeout(() => {
            if (mine !== turn) return;
            tally.requests++;
            const asked = performance.now();
            void page.suggest(line, from).then((text) => {
              if (mine !== turn) {
                tally.late++;
                return;
              }
              if (text === '') return;
              const since = performance.now();
              screen.shown = { text, since };
              tally.shown++;
              tally.answerMs.push(since - asked);
              tally.keyMs.push(since - pressed);
              const right = rightLines(text, rest) > 0;
              if (right) tally.right++;
              if (!seen.any) tally.shownLines++;
              if (right && !seen.right) tally.rightLines++;
              seen = { any: true, right: seen.right || right };
            });
          }, debounce);
        };
        await key();
        tally.lines++;
        tally.plainKeys++;
        page.replaceLines(at + n, 0, `${whole.slice(0, column)}\n`);
        screen.shown = undefined;
        ask(at + n);
        while (column < whole.length && !over()) {
          await key();
          const rest = [whole.slice(column), ...added.slice(n + 1)];
          const shown = onScreen(screen);
          const lines = shown !== undefined && performance.now() - shown.since >= reaction ? rightLines(shown.text, rest) : 0;
          if (lines > 0) {
            const taken = rest.slice(0, lines).join('\n');
            page.insert(at + n, column, taken);
            tally.taken++;
            tally.takenLines += lines;
            tally.plainKeys += rest.slice(0, lines).reduce((sum, line, k) => sum + (k === 0 ? line.length : 1 + line.trimStart().length), 0);
            tally.lines += lines - 1;
            n += lines - 1;
            whole = added[n]!;
            column = whole.length;
            turn++;
            screen.shown = undefined;
            continue;
          }
          const character = whole[column]!;
          page.insert(at + n, column, character);
          column++;
          tally.plainKeys++;
          if (shown !== undefined && shown.text.startsWith(character) && shown.text.length > 1) {
            screen.shown = { ...shown, text: shown.text.slice(1) };
            tally.along++;
          } else {
            screen.shown = undefined;
            ask(at + n);
          }
        }
        turn++;
      }
    },
  };
}

/** A function, for a compiler that does not see answers come. */
function onScreen(screen: Screen): Shown | undefined {
  return screen.shown;
}
