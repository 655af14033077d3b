/** An editor without a window: the real `hefc lsp` process behind the protocol's own client. */
import { spawn, type ChildProcess } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import {
  CompletionRequest, createProtocolConnection, DidChangeTextDocumentNotification, DidCloseTextDocumentNotification, DidOpenTextDocumentNotification,
  ExecuteCommandRequest, ExitNotification, InitializedNotification, InitializeRequest, InlineCompletionRequest, InlineCompletionTriggerKind, LogMessageNotification,
  ShowMessageNotification, ShutdownRequest, StreamMessageReader, StreamMessageWriter, WorkDoneProgressCreateRequest,
  type CancellationToken, type ClientCapabilities, type CompletionList, type InitializeResult, type InlineCompletionList, type ProtocolConnection, type Range,
} from 'vscode-languageserver/node';
import { MAIN } from '../client/command.js';

export interface EditorOptions {
  capabilities?: ClientCapabilities;
  initializationOptions?: unknown;
  /** A folder. */
  root?: string;
  environment?: NodeJS.ProcessEnv;
  /** Arguments after `hefc lsp`. */
  args?: string[];
  /** The launcher; this build's by default. */
  main?: string;
}

export interface Editor {
  connection: ProtocolConnection;
  child: ChildProcess;
  initialized: InitializeResult;
  /** Texts of window/showMessage, and of window/logMessage. */
  messages: string[];
  log: string[];
  /** What the server wrote to standard error. */
  stderr(): string;
  open(file: string, text: string, languageId?: string): void;
  /** Changes in turn; without a range the whole text. */
  change(file: string, ...changes: { range?: Range; text: string }[]): void;
  close(file: string): void;
  inline(file: string, line: number, character: number, token?: CancellationToken): Promise<InlineCompletionList | null>;
  menu(file: string, line: number, character: number, token?: CancellationToken): Promise<CompletionList>;
  run(command: string, ...args: unknown[]): Promise<unknown>;
  /** Exit code after shutdown and exit; after exit alone with `rude`. */
  quit(rude?: boolean): Promise<number | null>;
}

/** With text completed in place. */
export const INLINE: ClientCapabilities = { textDocument: { inlineCompletion: {} } };

export const uriOf = (file: string): string => pathToFileURL(file).href;

const running = new Set<ChildProcess>();
/** Kills what a failed test left running. */
export function endEditors(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Starts the server; the caller speaks to it. */
export function startServer({ environment = {}, args = [], main = MAIN }: Pick<EditorOptions, 'environment' | 'args' | 'main'> = {}): { child: ChildProcess; stderr(): string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [main, 'lsp', ...args], { env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'pipe'] });
  running.add(child);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => {
    running.delete(child);
    resolve(code);
  }));
  return { child, stderr: () => stderr, ended };
}

export async function startEditor(options: EditorOptions = {}): Promise<Editor> {
  const { child, stderr, ended } = startServer(options);
  const connection = createProtocolConnection(new StreamMessageReader(child.stdout!), new StreamMessageWriter(child.stdin!));
  const messages: string[] = [];
  const log: string[] = [];
  // A broken frame from the server, such as a line printed to its standard output, is seen by the tests.
  connection.onError(([error]) => messages.push(`broken frame: ${error.message}`));
  connection.onNotification(ShowMessageNotification.type, ({ message }) => void messages.push(message));
  connection.onNotification(LogMessageNotification.type, ({ message }) => void log.push(message));
  connection.onRequest(WorkDoneProgressCreateRequest.type, () => undefined);
  connection.listen();
  const initialized = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    capabilities: options.capabilities ?? INLINE,
    rootUri: null,
    workspaceFolders: options.root === undefined ? null : [{ uri: uriOf(options.root), name: 'root' }],
    ...('initializationOptions' in options && { initializationOptions: options.initializationOptions }),
  });
  await connection.sendNotification(InitializedNotification.type, {});
  let version = 0;
  const at = (file: string, line: number, character: number) => ({ textDocument: { uri: uriOf(file) }, position: { line, character } });
  return {
    connection, child, initialized, messages, log, stderr,
    open: (file, text, languageId = 'python') => void connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument: { uri: uriOf(file), languageId, version: ++version, text } }),
    change: (file, ...contentChanges) => void connection.sendNotification(DidChangeTextDocumentNotification.type, { textDocument: { uri: uriOf(file), version: ++version }, contentChanges: contentChanges as never }),
    close: (file) => void connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri: uriOf(file) } }),
    inline: (file, line, character, token) => connection.sendRequest(InlineCompletionRequest.type, { ...at(file, line, character), context: { triggerKind: InlineCompletionTriggerKind.Invoked } }, token) as Promise<InlineCompletionList | null>,
    menu: (file, line, character, token) => connection.sendRequest(CompletionRequest.type, at(file, line, character), token) as Promise<CompletionList>,
    run: (command, ...args) => connection.sendRequest(ExecuteCommandRequest.type, { command, arguments: args }),
    async quit(rude = false) {
      if (!rude) await connection.sendRequest(ShutdownRequest.type);
      await connection.sendNotification(ExitNotification.type);
      const code = await ended;
      connection.dispose();
      return code;
    },
  };
}
