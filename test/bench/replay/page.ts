import type { Range } from 'vscode-languageserver/node';
import type { Editor } from '../../lsp/editor.js';
import type { Page } from './typist.js';

/** A file open in a real language server. */
export function openPage(editor: Editor, file: string, text: string, language: string): Page {
  editor.open(file, text, language);
  const change = (range: Range, added: string): void => editor.change(file, { range, text: added });
  return {
    replaceLines: (line, removed, added) => change({ start: { line, character: 0 }, end: { line: line + removed, character: 0 } }, added),
    insert: (line, character, added) => change({ start: { line, character }, end: { line, character } }, added),
    async suggest(line, character) {
      const found = await editor.inline(file, line, character);
      const text = found?.items[0]?.insertText;
      return typeof text === 'string' ? text : '';
    },
  };
}
