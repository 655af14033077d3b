/**
 * Follows what becomes of each suggestion. The protocol tells only that one was taken whole, by the command attached to
 * it; the rest is read from the edits that come after it.
 */
import { addEditorCounts, type EditorCounts } from '../editorCounts.js';
import type { Edit } from './documents.js';

/** Counts are gathered this long before they are written, in ms. */
const GATHER_MS = 500;
/** Editors write the second half of a pair by themselves: a part that was taken holds a letter or digit. */
const TAKEN = /^(?=.*[\p{L}\p{N}]).{2,}$/su;

interface Shown {
  id: string;
  /** Where the rest belongs, in UTF-16 code units. */
  offset: number;
  rest: string;
  /** following: the edits so far wrote its text; left: something else was written. */
  state: 'following' | 'left';
  taken: 'no' | 'part' | 'whole';
}

export interface Acceptance {
  /** A suggestion goes to the editor. Returns its id for `accepted`. */
  show(uri: string, offset: number, text: string): string;
  /** No edit: the whole text was replaced. */
  edit(uri: string, edit: Edit | undefined): void;
  /** The editor says that the user took it whole. An id that is no longer followed was counted before. */
  accepted(id: string): void;
  close(uri: string): void;
  /** Counts what is still open and writes everything down. */
  end(): void;
  /** Writes down what was counted. */
  flush(): void;
}

const none = (): EditorCounts => ({ shown: 0, accepted: 0, partial: 0, dismissed: 0 });

export function createAcceptance(write: (counts: EditorCounts) => void = addEditorCounts): Acceptance {
  const documents = new Map<string, Shown>();
  let gathered = none();
  let timer: NodeJS.Timeout | undefined;
  let last = 0;

  const count = (name: keyof EditorCounts): void => {
    gathered[name]++;
    timer ??= setTimeout(acceptance.flush, GATHER_MS).unref();
  };

  function take(shown: Shown): void {
    if (shown.taken !== 'whole') count('accepted');
    shown.taken = 'whole';
  }

  function settle(uri: string): void {
    const shown = documents.get(uri);
    documents.delete(uri);
    if (shown === undefined || shown.taken === 'whole') return;
    if (shown.taken === 'part') count('partial');
    else if (shown.rest !== '') count('dismissed');
  }

  const acceptance: Acceptance = {
    show(uri, offset, text) {
      const before = documents.get(uri);
      const same = before !== undefined && before.state === 'following' && before.offset === offset && before.rest !== '' && (text.startsWith(before.rest) || before.rest.startsWith(text));
      if (same) {
        before.rest = text;
        return before.id;
      }
      settle(uri);
      const id = String(++last);
      documents.set(uri, { id, offset, rest: text, state: 'following', taken: 'no' });
      count('shown');
      return id;
    },
    edit(uri, edit) {
      const shown = documents.get(uri);
      if (shown === undefined || shown.state === 'left') return;
      if (edit === undefined || edit.length > 0 || edit.offset !== shown.offset || !shown.rest.startsWith(edit.text)) {
        shown.state = 'left';
        return;
      }
      const whole = edit.text === shown.rest;
      if (TAKEN.test(edit.text) && whole && shown.taken === 'no') take(shown);
      else if (TAKEN.test(edit.text)) shown.taken = shown.taken === 'no' ? 'part' : shown.taken;
      shown.offset += edit.text.length;
      shown.rest = shown.rest.slice(edit.text.length);
    },
    accepted(id) {
      const shown = [...documents.values()].find((one) => one.id === id);
      if (shown) take(shown);
    },
    close: settle,
    end() {
      for (const uri of [...documents.keys()]) settle(uri);
      acceptance.flush();
    },
    flush() {
      clearTimeout(timer);
      timer = undefined;
      if (Object.values(gathered).every((one) => one === 0)) return;
      const counts = gathered;
      gathered = none();
      try {
        write(counts);
      } catch {
        // Numbers about use are not worth an error in an editor.
      }
    },
  };
  return acceptance;
}
