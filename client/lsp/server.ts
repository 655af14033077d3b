/** The language server: what it offers, and which part answers what. */
import {
  createConnection, ErrorCodes, LSPErrorCodes, ResponseError, TextDocumentSyncKind,
  type CancellationToken, type InitializeParams, type InitializeResult,
} from 'vscode-languageserver/node';
import { packageVersion } from '../../daemon/ipc/packageRoot.js';
import { oneLine } from '../failure.js';
import { createAcceptance } from './acceptance.js';
import { createCommands, filePath } from './commands.js';
import { createConfiguration } from './configuration.js';
import { lineText, offsetOf, openDocuments, type Edit, type OpenDocument } from './documents.js';
import { createIndexWatch } from './indexWatch.js';
import { completionList, inlineItem, withoutEcho, type Suggestion } from './items.js';
import { createLink } from '../link.js';
import { chooseEncoding, isPosition, type Encoding } from './positions.js';
import { selectedItem } from './selected.js';
import { createSuggester } from './suggest.js';
import { createTell } from './tell.js';
import { createUnsaved, type OpenText } from './unsaved.js';
import { editorWire } from './wire.js';

/** After these a line often goes on in a way that only the repository knows; words open the menu by themselves. */
const TRIGGERS = ['.', '(', '[', ',', '=', ' '];

/** Serves the editor at the other end of standard input and output; ends the process. */
export function serveEditor(): void {
  let encoding: Encoding = 'utf-16';
  let progress = false;
  let inline = false;
  let shutdown = false;
  let here: string | undefined;

  const { reader, writer } = editorWire((fault) => {
    if (fault !== undefined) process.stderr.write(`${oneLine(fault)}\n`);
    process.exit(shutdown && fault === undefined ? 0 : 1);
  });
  const connection = createConnection(reader, writer);
  const tell = createTell(connection);
  const link = createLink('it was updated while this editor ran; restart the language server, or the editor');
  const configuration = createConfiguration(connection, tell);
  const acceptance = createAcceptance();
  const watch = createIndexWatch({ link, connection, supported: () => progress, tell });
  /** Of the change under way. */
  let edits: (Edit | undefined)[] = [];
  const documents = openDocuments({
    encoding: () => encoding,
    onEdit(uri, edit) {
      acceptance.edit(uri, edit);
      edits.push(edit);
    },
  });
  const unsaved = createUnsaved({ link, open: () => openTexts(documents.all()) });
  const suggester = createSuggester({ link, settings: configuration.settings, unsaved, tell });
  const commands = createCommands({ link, watch, suggester, acceptance, here: () => here });
  process.once('exit', acceptance.end);
  // A promise of the library that nobody awaits, such as a notification to an editor that has gone, ends no server.
  process.on('unhandledRejection', (error) => process.stderr.write(`${oneLine(error)}\n`));

  connection.onInitialize((params) => {
    encoding = chooseEncoding(params.capabilities.general?.positionEncodings);
    inline = params.capabilities.textDocument?.inlineCompletion !== undefined;
    progress = params.capabilities.window?.workDoneProgress === true;
    here = workspace(params);
    configuration.start(params);
    return { ...offer(params, encoding, [...commands.keys()]), serverInfo: { name: 'hefc', version: packageVersion() } };
  });
  connection.onInitialized(async () => {
    await configuration.ask();
    if (here !== undefined && configuration.settings().enabled) watch.glance(here);
  });
  connection.onDidChangeConfiguration(async ({ settings }) => configuration.changed(settings));
  connection.onShutdown(() => {
    shutdown = true;
    acceptance.end();
    link.close();
  });

  documents.onDidOpen(({ document }) => {
    const file = filePath(document.uri);
    if (file === undefined) return;
    here = file;
    if (configuration.settings().enabled) watch.glance(file);
  });
  documents.onDidChangeContent(({ document: { uri, content } }) => {
    if (content === 'too-large') tell.warn(uri, `${filePath(uri) ?? uri} is larger than 8 MiB, so it is not completed; hefc completes source files below that`);
    if (content === 'out-of-step') tell.warn(uri, `${filePath(uri) ?? uri} was changed in a way that cannot be followed, so it is not completed; close it and open it again`);
    const changes = edits;
    edits = [];
    if (typeof content === 'string') return;
    tell.over(uri);
    const file = filePath(uri);
    const cursor = inline ? cursorAfter(changes) : undefined;
    if (file !== undefined && cursor !== undefined) suggester.typed({ file, text: content.getText(), offset: cursor, inline });
  });
  documents.onDidClose(({ document }) => {
    acceptance.close(document.uri);
    const file = filePath(document.uri);
    if (file !== undefined) unsaved.close(file);
    tell.over(document.uri);
  });
  documents.listen(connection);

  /** null: nothing to offer. */
  async function suggest(params: unknown, inPlace: boolean, token: CancellationToken): Promise<Suggestion | null> {
    const { document, position } = placeOf(params);
    const { uri, content } = document;
    const file = filePath(uri);
    if (typeof content === 'string' || file === undefined || position.line >= content.lineCount) return null;
    here = file;
    const text = content.getText();
    const offset = offsetOf(content, position, encoding);
    // The document may go on while the daemon works.
    const line = lineText(content, position.line);
    const units = content.positionAt(offset).character;
    const selected = inPlace ? selectedItem(content, offset, (params as { context?: unknown }).context, encoding) : undefined;
    const result = await suggester.suggest({ file, text, offset, inline: inPlace, ...(selected && { text: selected.text, offset: selected.offset }) }, token);
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'the request was cancelled');
    if (result === undefined) return null;
    watch.glance(file);
    const written = withoutEcho(result.text, line.slice(units));
    if (written === '') return null;
    const whole = (selected?.item ?? '') + written;
    return { id: acceptance.show(uri, offset, whole), text: whole, lane: result.lane, line: position.line, lineText: line, from: units - offset + (selected?.from ?? offset), units };
  }

  function placeOf(params: unknown): { document: OpenDocument; position: { line: number; character: number } } {
    const { textDocument, position } = (params ?? {}) as { textDocument?: { uri?: unknown }; position?: unknown };
    const document = typeof textDocument?.uri === 'string' ? documents.get(textDocument.uri) : undefined;
    if (document === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `the document ${String(textDocument?.uri)} is not open; send textDocument/didOpen first`);
    if (!isPosition(position)) throw new ResponseError(ErrorCodes.InvalidParams, `a position has a line and a character, whole numbers from 0; this one is ${JSON.stringify(position)}`);
    return { document, position };
  }

  connection.languages.inlineCompletion.on(async (params, token) => {
    const found = await suggest(params, true, token);
    return found === null ? null : { items: [inlineItem(found, encoding)] };
  });
  connection.onCompletion(async (params, token) => {
    const found = await suggest(params, false, token);
    return found === null ? { isIncomplete: true, items: [] } : completionList(found, encoding);
  });
  connection.onExecuteCommand(async ({ command, arguments: args = [] }, token) => {
    const run = commands.get(command);
    if (run === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `there is no command ${command}; there are ${[...commands.keys()].join(', ')}`);
    try {
      return await run(args, token);
    } catch (error) {
      if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'the command was cancelled');
      throw new ResponseError(LSPErrorCodes.RequestFailed, oneLine(error));
    }
  });
  connection.listen();
}

/** Lines in a menu only for editors that do not show them in the text. */
function offer({ capabilities }: InitializeParams, encoding: Encoding, commands: string[]): InitializeResult {
  const inline = capabilities.textDocument?.inlineCompletion !== undefined;
  return {
    capabilities: {
      positionEncoding: encoding,
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
      ...(inline ? { inlineCompletionProvider: true } : { completionProvider: { triggerCharacters: TRIGGERS } }),
      executeCommandProvider: { commands },
    },
  };
}

/** Longer insertions are pasted, not typed. */
const TYPED_UNITS = 64;
/** Editors write the second half of these by themselves, and the cursor stands between. */
const PAIRS: ReadonlySet<string> = new Set(['()', '[]', '{}', '""', "''", '``']);

/** Where the cursor stands after a key; undefined when the change was none. */
function cursorAfter([edit, ...more]: readonly (Edit | undefined)[]): number | undefined {
  if (edit === undefined || more.length > 0 || edit.length > 0 || edit.text === '' || edit.text.length > TYPED_UNITS) return undefined;
  return edit.offset + (PAIRS.has(edit.text) ? 1 : edit.text.length);
}

function openTexts(documents: readonly OpenDocument[]): OpenText[] {
  return documents.flatMap(({ uri, content }) => {
    const file = filePath(uri);
    return typeof content === 'string' || file === undefined ? [] : [{ file, version: content.version, text: () => content.getText() }];
  });
}

function workspace({ workspaceFolders, rootUri }: InitializeParams): string | undefined {
  const uri = workspaceFolders?.[0]?.uri ?? rootUri;
  return typeof uri === 'string' ? filePath(uri) : undefined;
}
