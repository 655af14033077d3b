/** Between the editor's request for a suggestion and the server's answer: where, when, and never a stale one. */
import * as vscode from 'vscode';
import { allows, type Settings } from './settings.js';
import { typedAlong, type Asked } from './typeThrough.js';

type Items = vscode.InlineCompletionItem[];
/** Of the language client: asks the server. */
type Ask = (document: vscode.TextDocument, position: vscode.Position, context: vscode.InlineCompletionContext, token: vscode.CancellationToken) => vscode.ProviderResult<Items | vscode.InlineCompletionList>;

export interface Suggestions {
  provide(document: vscode.TextDocument, position: vscode.Position, context: vscode.InlineCompletionContext, token: vscode.CancellationToken, ask: Ask): Promise<Items | null>;
  /** What is kept is not offered again: the index has changed. */
  forget(): void;
}

export function createSuggestions(settings: () => Settings): Suggestions {
  let last: (Asked & { uri: string; items: Items }) | undefined;

  function goOn(uri: string, now: Asked, position: vscode.Position): Items {
    if (last?.uri !== uri) return [];
    const asked = last;
    return asked.items.flatMap(({ insertText, command }) => {
      const left = typeof insertText === 'string' ? typedAlong(asked, insertText, now) : undefined;
      return left === undefined ? [] : [new vscode.InlineCompletionItem(left.text, new vscode.Range(position, position.translate(0, left.over)), command)];
    });
  }

  return {
    async provide(document, position, context, token, ask) {
      const { debounce } = settings();
      if (!allows(settings(), document.languageId)) return null;
      const uri = document.uri.toString();
      const now = { text: document.getText(), offset: document.offsetAt(position) };
      if (context.triggerKind === vscode.InlineCompletionTriggerKind.Automatic) {
        const kept = goOn(uri, now, position);
        if (kept.length > 0) return kept;
        if (debounce > 0) await new Promise((resolve) => setTimeout(resolve, debounce));
      }
      const { version } = document;
      const isStale = (): boolean => token.isCancellationRequested || document.version !== version;
      if (isStale() || document.getText() !== now.text) return null;
      const answer = await ask(document, position, context, token);
      if (isStale()) return null;
      const items = Array.isArray(answer) ? answer : (answer?.items ?? []);
      last = { ...now, uri, items };
      return items;
    },
    forget() {
      last = undefined;
    },
  };
}
