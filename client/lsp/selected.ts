/**
 * With a menu open beside it, what is shown in place has to go on from the item selected there: it is completed as if that had
 * been taken already.
 */
import type { InlineCompletionContext } from 'vscode-languageserver';
import { offsetOf } from './documents.js';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { isPosition, type Encoding } from './positions.js';

export interface Selected {
  /** Text and cursor once the item has been taken, in UTF-16 code units. */
  text: string;
  offset: number;
  /** What the item writes, in place of the text from here to the cursor. */
  item: string;
  from: number;
}

/** undefined: nothing is selected, or not in a way that the text at the cursor fits. */
export function selectedItem(content: TextDocument, offset: number, context: unknown, encoding: Encoding): Selected | undefined {
  const { range, text: item } = (context as Partial<InlineCompletionContext> | null | undefined)?.selectedCompletionInfo ?? {};
  if (typeof item !== 'string' || item === '' || !isPosition(range?.start) || !isPosition(range?.end)) return undefined;
  const from = offsetOf(content, range.start, encoding);
  if (offsetOf(content, range.end, encoding) !== offset || from > offset || content.positionAt(from).line !== content.positionAt(offset).line) return undefined;
  const text = content.getText();
  return { text: text.slice(0, from) + item + text.slice(offset), offset: from + item.length, item, from };
}
