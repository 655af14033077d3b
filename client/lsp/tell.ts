/** What the server says to the person at the editor, each thing once. */
import { MessageType, ShowMessageNotification, type Connection } from 'vscode-languageserver/node';
import { oneLine } from '../failure.js';

export interface Tell {
  /** A message in the editor, unless it was the last of its `kind`. */
  warn(kind: string, text: string): void;
  /** As `warn`, into the editor's log of the server. */
  note(kind: string, text: string): void;
  /** The trouble of this kind is over: the next one is told again. */
  over(kind: string): void;
}

export function createTell(connection: Connection): Tell {
  const told = new Map<string, string>();
  const once = (kind: string, text: string, say: (line: string) => void): void => {
    if (told.get(kind) === text) return;
    told.set(kind, text);
    say(oneLine(text));
  };
  return {
    warn: (kind, text) => once(kind, text, (line) => connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message: line }).catch(() => undefined)),
    note: (kind, text) => once(kind, text, (line) => connection.console.info(line)),
    over: (kind) => void told.delete(kind),
  };
}
