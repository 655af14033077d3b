/** A completed line in the two forms editors take it. */
import { CompletionItemKind, InsertTextFormat, type Command, type CompletionList, type InlineCompletionItem, type Range } from 'vscode-languageserver/node';
import { fromUnits, type Encoding } from './positions.js';

export const ACCEPTED = 'hefc.accepted';
/** Longer labels make a menu as wide as the screen. */
const LABEL_CHARACTERS = 80;

export interface Suggestion {
  id: string;
  /** What belongs at the cursor. */
  text: string;
  lane: string;
  /** 0-based. */
  line: number;
  /** Text of the line, and UTF-16 code units of it left of the cursor. */
  lineText: string;
  units: number;
  /** Where the text that it replaces begins: at the cursor, or where a selected item of the menu would. */
  from: number;
}

const accepted = (id: string): Command => ({ title: 'Count as accepted', command: ACCEPTED, arguments: [id] });

export function inlineItem({ id, text, line, lineText, units, from }: Suggestion, encoding: Encoding): InlineCompletionItem {
  return { insertText: text, range: rangeOf(line, lineText, from, units, encoding), command: accepted(id) };
}

/**
 * One item. It replaces the word left of the cursor, since editors compare that word with what they filter by. The list
 * is incomplete: with the next key another line may fit.
 */
export function completionList({ id, text, lane, line, lineText, units }: Suggestion, encoding: Encoding): CompletionList {
  const word = /[\p{L}\p{N}_$]*$/u.exec(lineText.slice(0, units))![0];
  const whole = word + text;
  const label = whole.trim();
  const short = label.length <= LABEL_CHARACTERS ? label : `${label.slice(0, LABEL_CHARACTERS - 1)}…`;
  return {
    isIncomplete: true,
    items: [
      {
        label: short,
        kind: CompletionItemKind.Text,
        detail: lane === 'copy' ? 'hefc, copied' : 'hefc',
        ...(short === label ? {} : { documentation: label }),
        // Before letters and digits, so before what other servers offer.
        sortText: '!',
        filterText: whole,
        insertTextFormat: InsertTextFormat.PlainText,
        textEdit: { range: rangeOf(line, lineText, units - word.length, units, encoding), newText: whole },
        command: accepted(id),
      },
    ],
  };
}

/** What is left of a completion when its end stands right of the cursor already, as a closing bracket may. */
export function withoutEcho(text: string, right: string): string {
  const echo = right.trimEnd();
  return echo !== '' && text.trimEnd().endsWith(echo) ? text.trimEnd().slice(0, -echo.length) : text;
}

function rangeOf(line: number, lineText: string, from: number, to: number, encoding: Encoding): Range {
  return { start: { line, character: fromUnits(lineText, from, encoding) }, end: { line, character: fromUnits(lineText, to, encoding) } };
}
