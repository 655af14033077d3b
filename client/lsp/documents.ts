/** The open documents, kept in step with the editor by full and incremental changes in either encoding. */
import { TextDocuments, type TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { isPosition, toUnits, type Encoding } from './positions.js';

/** UTF-16 code units. Larger texts are no source anyone edits by hand: none is kept of them, so none is completed. */
const MAX_UNITS = 8 * 1024 * 1024;

/** Why a document has no text here. */
export type Unkept = 'too-large' | 'out-of-step';

export interface OpenDocument {
  readonly uri: string;
  readonly languageId: string;
  readonly content: TextDocument | Unkept;
}

/** One change, in UTF-16 code units of the text before it. */
export interface Edit {
  offset: number;
  length: number;
  text: string;
}

export interface DocumentsOptions {
  encoding(): Encoding;
  /** After each change; no edit: the whole text was replaced. */
  onEdit(uri: string, edit: Edit | undefined): void;
}

export function openDocuments(options: DocumentsOptions): TextDocuments<OpenDocument> {
  return new TextDocuments<OpenDocument>({
    create: (uri, languageId, version, text) => ({ uri, languageId, content: keep(uri, languageId, version, text) }),
    update(document, changes, version) {
      let { content } = document;
      for (const change of changes) content = apply(document, content, change, version, options);
      return { ...document, content };
    },
  });
}

function keep(uri: string, languageId: string, version: number, text: unknown): TextDocument | Unkept {
  if (typeof text !== 'string') return 'out-of-step';
  return text.length > MAX_UNITS ? 'too-large' : TextDocument.create(uri, languageId, version, text);
}

function apply({ uri, languageId }: OpenDocument, content: TextDocument | Unkept, change: TextDocumentContentChangeEvent, version: number, { encoding, onEdit }: DocumentsOptions): TextDocument | Unkept {
  const { range, text } = change as { range?: { start: unknown; end: unknown } | null; text: unknown };
  if (range === undefined || range === null) {
    onEdit(uri, undefined);
    return keep(uri, languageId, version, text);
  }
  if (typeof content === 'string') return content;
  // What a malformed change did to the text cannot be known; a wrong text would be worse than none.
  if (typeof text !== 'string' || !isPosition(range.start) || !isPosition(range.end)) return 'out-of-step';
  const from = offsetOf(content, range.start, encoding());
  const to = offsetOf(content, range.end, encoding());
  const [start, end] = from <= to ? [from, to] : [to, from];
  const edit = { offset: start, length: end - start, text };
  // The package's own columns: units again.
  const updated = TextDocument.update(content, [{ range: { start: content.positionAt(start), end: content.positionAt(end) }, text }], version);
  onEdit(uri, edit);
  return updated.getText().length > MAX_UNITS ? 'too-large' : updated;
}

/** Offset in UTF-16 code units of a client's position; the end of the line, or of the text, for what lies outside. */
export function offsetOf(document: TextDocument, { line, character }: { line: number; character: number }, encoding: Encoding): number {
  if (line >= document.lineCount) return document.getText().length;
  return document.offsetAt({ line, character: toUnits(lineText(document, line), character, encoding) });
}

/** A line without its end. Lines end at \n, \r\n or \r, as the protocol says. */
export function lineText(document: TextDocument, line: number): string {
  return document.getText(document.getLineRange(line));
}
