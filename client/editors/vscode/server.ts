/** The `hefc lsp` process behind the editor's own language client: started, watched, and ended. */
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { CloseAction, ErrorAction, ExecuteCommandRequest, LanguageClient, RevealOutputChannelOn, State, type Middleware } from 'vscode-languageclient/node';
import { findHefc, spawnable } from './findHefc.js';
import { settingsForServer } from './settings.js';
import type { Suggestions } from './suggestions.js';

/** A server that ends this often within the span is not started again. */
const MOST_ENDS = 3;
const SPAN_MS = 3 * 60_000;
/** For its last words, in ms. */
const STOP_MS = 3000;

export interface ServerEvents {
  /** It ended too often; it is not started again. */
  gaveUp(why: string): void;
  /** It runs: for the first time, or again. */
  runs(): void;
  /** The index of a repository is being brought up to date: 0 to 1; undefined: that is over. */
  indexing(share: number | undefined): void;
}

export interface Server {
  /** Rejects with NoHefc, or with the error of a process that could not be spoken with. */
  start(hefcPath: string): Promise<void>;
  stop(): Promise<void>;
  /** The path of hefc that runs. */
  command(): string | undefined;
  /** Runs one of the server's commands. Rejects when no server runs, or with its one-line message. */
  run(command: string, ...args: unknown[]): Promise<unknown>;
}

export function createServer({ log, suggestions, events }: { log: vscode.LogOutputChannel; suggestions: Suggestions; events: ServerEvents }): Server {
  let client: LanguageClient | undefined;
  let running: string | undefined;
  /** One start or stop at a time. */
  let turn: Promise<void> = Promise.resolve();

  function make(command: string): LanguageClient {
    const ends: number[] = [];
    const { command: file, args, options } = spawnable(command, ['lsp']);
    return new LanguageClient('hefc', 'hefc', { command: file, args, options: { ...options, cwd: homedir() } }, {
      // All files of the disk, whatever the settings: what is open and not saved yet is context for the others.
      documentSelector: [{ scheme: 'file' }],
      outputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: () => ({ hefc: settingsForServer() }),
      initializationFailedHandler: () => false,
      middleware: middleware(),
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue }),
        closed() {
          ends.push(Date.now());
          if (ends.filter((at) => Date.now() - at < SPAN_MS).length <= MOST_ENDS) return { action: CloseAction.Restart, handled: true };
          const why = 'The language server of hefc ended again and again; its log says why.';
          events.gaveUp(why);
          return { action: CloseAction.DoNotRestart, handled: true, message: why };
        },
      },
    });
  }

  const middleware = (): Middleware => ({
    provideInlineCompletionItems: (document, position, context, token, next) =>
      suggestions.provide(document, position, context, token, next).catch((error: Error) => {
        if (!token.isCancellationRequested) log.warn(error.message);
        return null;
      }),
    handleWorkDoneProgress(_token, step) {
      events.indexing(step.kind === 'end' ? undefined : (step.percentage ?? 0) / 100);
    },
    workspace: {
      configuration: ({ items }) => items.map(({ section }) => (section === 'hefc' ? settingsForServer() : null)),
      // Tells only that something changed; the server then asks.
      didChangeConfiguration: (_sections, next) => next(undefined),
    },
  });

  async function stop(): Promise<void> {
    const ending = client;
    client = undefined;
    running = undefined;
    // One that never came up, or hangs, has nothing to say; its process is ended all the same.
    await ending?.dispose(STOP_MS).catch((error: Error) => log.warn(error.message));
  }

  async function start(hefcPath: string): Promise<void> {
    await stop();
    const { command, version } = await findHefc(hefcPath);
    log.info(`${command}, version ${version}`);
    const starting = make(command);
    starting.onDidChangeState(({ newState }) => {
      if (newState === State.Running && client === starting) events.runs();
    });
    client = starting;
    running = command;
    try {
      await starting.start();
    } catch (error) {
      await stop();
      throw error;
    }
  }

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };

  return {
    start: (hefcPath) => inTurn(() => start(hefcPath)),
    stop: () => inTurn(stop),
    command: () => running,
    async run(command, ...args) {
      if (client?.isRunning() !== true) throw new Error('hefc is not running; see its status bar item.');
      return client.sendRequest(ExecuteCommandRequest.type, { command, arguments: args });
    },
  };
}
