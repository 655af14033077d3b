/**
 * Stands in for the `vscode` module, which exists only inside the editor: documents, settings, commands, messages and
 * tasks as far as the extension and its language client use them. It knows nothing of hefc; whatever else is reached for
 * fails. The real editor is driven by inCodeServer.ts.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';

type Listener<T> = (event: T) => unknown;
class Disposable {
  constructor(readonly dispose: () => unknown) {}
  static from(...all: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
}
class EventEmitter<T> {
  #listeners = new Set<Listener<T>>();
  event = (listener: Listener<T>, self?: unknown, gather?: Disposable[]): Disposable => {
    const bound = self === undefined ? listener : listener.bind(self);
    this.#listeners.add(bound);
    const made = new Disposable(() => this.#listeners.delete(bound));
    gather?.push(made);
    return made;
  };
  fire(event: T): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
  dispose(): void {
    this.#listeners.clear();
  }
}
class CancellationTokenSource {
  #emitter = new EventEmitter<void>();
  token = { isCancellationRequested: false, onCancellationRequested: this.#emitter.event };
  cancel(): void {
    this.token.isCancellationRequested = true;
    this.#emitter.fire();
  }
  dispose(): void {}
}
class Position {
  constructor(readonly line: number, readonly character: number) {}
  translate(lines: number, characters: number): Position {
    return new Position(this.line + lines, this.character + characters);
  }
}
class Range {
  constructor(readonly start: Position, readonly end: Position, line?: number, character?: number) {
    // Four numbers are another way to say it.
    if (typeof start === 'number') Object.assign(this, { start: new Position(start, end as unknown as number), end: new Position(line!, character!) });
  }
}
class Uri {
  private constructor(readonly scheme: string, readonly path: string, readonly fsPath: string) {}
  static file = (file: string): Uri => new Uri('file', pathToFileURL(file).pathname, file);
  static parse = (text: string): Uri => (text.startsWith('file:') ? Uri.file(fileURLToPath(text)) : new Uri(text.split(':')[0]!, text.slice(text.indexOf(':') + 1), ''));
  static from = ({ scheme, path }: { scheme: string; path: string }): Uri => new Uri(scheme, path, '');
  toString(): string {
    return `${this.scheme}:${this.scheme === 'file' ? '//' : ''}${this.path}`;
  }
}
class InlineCompletionItem {
  constructor(readonly insertText: string, readonly range: Range, readonly command?: { command: string; arguments?: unknown[] }) {}
}
class InlineCompletionList {
  constructor(readonly items: InlineCompletionItem[]) {}
}
class ThemeColor {
  constructor(readonly id: string) {}
}
class ProcessExecution {
  constructor(readonly process: string, readonly args: string[], readonly options: { cwd: string }) {}
}
class Task {
  constructor(readonly definition: { type: string }, readonly scope: unknown, readonly name: string, readonly source: string, readonly execution: ProcessExecution) {}
}

export class Document {
  version = 1;
  lineCount = 0;
  isClosed = false;
  constructor(readonly uri: Uri, readonly languageId: string, private text: string) {}
  getText(): string {
    return this.text;
  }
  offsetAt({ line, character }: Position): number {
    return this.text.split('\n').slice(0, line).reduce((sum, one) => sum + one.length + 1, character);
  }
  positionAt(offset: number): Position {
    const lines = this.text.slice(0, offset).split('\n');
    return new Position(lines.length - 1, lines.at(-1)!.length);
  }
  replace(offset: number, length: number, text: string): void {
    this.text = this.text.slice(0, offset) + text + this.text.slice(offset + length);
    this.version++;
  }
}

type Provided = { insertText: string; range: Range; command?: { command: string; arguments?: unknown[] } }[] | null;
interface Provider {
  provideInlineCompletionItems(document: Document, position: Position, context: { triggerKind: number }, token: unknown): Promise<Provided>;
}
interface Choice {
  label: string;
  run: string;
}

export interface Editor {
  /** What `require('vscode')` gives. */
  module: unknown;
  open(file: string, languageId: string, text: string): Document;
  /** A person writes: the change is told as the editor tells it. Also what a second half written by the editor is. */
  write(document: Document, offset: number, text: string): void;
  /** Asks the one provider; undefined: none is registered. */
  suggest(document: Document, offset: number, options?: { invoked?: boolean; source?: CancellationTokenSource }): Promise<Provided> | undefined;
  cancellation(): CancellationTokenSource;
  run(command: string, ...args: unknown[]): Promise<unknown>;
  commands(): string[];
  set(name: string, value: unknown, where?: 'globalValue' | 'workspaceValue'): void;
  bar: { text: string; tooltip: string };
  /** Messages of every kind, and how the next one with buttons is answered. */
  messages: string[];
  answer: { button?: string; choose?: string };
  /** Lists that were offered. */
  choices: string[][];
  reports: string[];
  log: string[];
  tasks: string[];
}

/** `defaults`: of the manifest, by full name. */
export function standIn(defaults: Record<string, unknown>): Editor {
  const events = new Map<string, EventEmitter<unknown>>();
  const emitter = (name: string): EventEmitter<unknown> => events.get(name) ?? events.set(name, new EventEmitter()).get(name)!;
  const documents: Document[] = [];
  const commands = new Map<string, (...args: unknown[]) => unknown>();
  const providers = new Set<Provider>();
  const contents = new Map<string, { provideTextDocumentContent(uri: Uri): string }>();
  const values: Record<string, { globalValue?: unknown; workspaceValue?: unknown }> = {};
  const window = { activeTextEditor: undefined as { document: Document } | undefined };

  const value = (name: string): unknown => values[name]?.workspaceValue ?? values[name]?.globalValue ?? defaults[name];
  function configuration(section: string): Record<string, unknown> {
    const names = [...new Set([...Object.keys(defaults), ...Object.keys(values)])].filter((name) => name.startsWith(`${section}.`) && value(name) !== undefined);
    return {
      ...Object.fromEntries(names.map((name) => [name.slice(section.length + 1), value(name)])),
      get: (name: string) => value(`${section}.${name}`),
      has: (name: string) => value(`${section}.${name}`) !== undefined,
      inspect: (name: string) => ({ defaultValue: defaults[`${section}.${name}`], ...values[`${section}.${name}`] }),
      update: async (name: string, to: unknown, target: number) => editor.set(`${section}.${name}`, to, target === 2 ? 'workspaceValue' : 'globalValue'),
    };
  }
  const message = async (text: string, ...buttons: unknown[]): Promise<unknown> => {
    editor.messages.push(text);
    const { button } = editor.answer;
    if (!buttons.includes(button)) return undefined;
    delete editor.answer.button;
    return button;
  };
  const noted = (level: string) => (text: unknown) => void editor.log.push(`${level}: ${String(text)}`);

  const namespaces: Record<string, Record<string, unknown>> = {
    workspace: {
      textDocuments: documents,
      workspaceFolders: undefined,
      notebookDocuments: [],
      getConfiguration: configuration,
      getWorkspaceFolder: () => undefined,
      registerTextDocumentContentProvider: (scheme: string, provider: { provideTextDocumentContent(uri: Uri): string }) => (contents.set(scheme, provider), new Disposable(() => contents.delete(scheme))),
      openTextDocument: async (uri: Uri) => new Document(uri, 'plaintext', contents.get(uri.scheme)!.provideTextDocumentContent(uri)),
    },
    window: {
      visibleTextEditors: [],
      tabGroups: { all: [], onDidChangeTabs: emitter('onDidChangeTabs').event },
      showErrorMessage: message,
      showWarningMessage: message,
      showInformationMessage: message,
      showTextDocument: async (document: Document) => void editor.reports.push(document.getText()),
      showQuickPick: async (choices: Choice[]) => {
        editor.choices.push(choices.map(({ label }) => label));
        return choices.find(({ run }) => run === editor.answer.choose);
      },
      createStatusBarItem: () => Object.assign(editor.bar, { show() {}, dispose() {} }),
      createOutputChannel: () => ({ ...Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error', 'append', 'appendLine'].map((level) => [level, noted(level)])), logLevel: 3, onDidChangeLogLevel: emitter('onDidChangeLogLevel').event, show: () => editor.log.push('shown'), dispose() {} }),
    },
    languages: {
      match: (selector: { scheme?: string }[], document: Document) => (selector.some(({ scheme }) => scheme === document.uri.scheme) ? 10 : 0),
      createDiagnosticCollection: () => ({ dispose() {} }),
      registerInlineCompletionItemProvider: (_selector: unknown, provider: Provider) => (providers.add(provider), new Disposable(() => providers.delete(provider))),
    },
    commands: {
      registerCommand(name: string, body: (...args: unknown[]) => unknown) {
        if (commands.has(name)) throw new Error(`command '${name}' already exists`);
        commands.set(name, body);
        return new Disposable(() => commands.delete(name));
      },
      executeCommand: (name: string, ...args: unknown[]) => editor.run(name, ...args),
    },
    tasks: {
      async executeTask(task: Task) {
        editor.tasks.push(task.name);
        const { process: command, args, options } = task.execution;
        spawn(command, args, { cwd: options.cwd, stdio: 'ignore' }).on('close', () => emitter('onDidEndTaskProcess').fire({ execution: { task } }));
      },
    },
    env: { appName: 'Stand-in', language: 'en' },
  };
  const enums: Record<string, Record<string, number>> = {
    ConfigurationTarget: { Global: 1, Workspace: 2 }, InlineCompletionTriggerKind: { Invoke: 0, Automatic: 1 }, LogLevel: { Off: 0, Trace: 1, Debug: 2, Info: 3 },
    CodeActionKind: {}, StatusBarAlignment: { Right: 2 }, ViewColumn: { Beside: -2 }, TaskScope: { Workspace: 2 }, TaskRevealKind: { Always: 1 }, TaskPanelKind: { Dedicated: 2 },
  };
  /** Events that nothing here fires are events all the same. */
  const withEvents = (space: Record<string, unknown>): unknown => new Proxy(space, { get: (_, name) => space[String(name)] ?? (/^on(Did|Will)[A-Z]/.test(String(name)) ? emitter(String(name)).event : undefined) });
  Object.assign(window, namespaces.window);
  namespaces.window = window;
  const known: Record<string, unknown> = {
    // Made into subclasses by the language client when it is loaded; the server sends nothing of the kind.
    ...Object.fromEntries(['CallHierarchyItem', 'CancellationError', 'CodeAction', 'CodeLens', 'CompletionItem', 'Diagnostic', 'DocumentLink', 'InlayHint', 'SymbolInformation', 'TypeHierarchyItem'].map((name) => [name, class {}])),
    version: '1.91.0', Disposable, EventEmitter, CancellationTokenSource, Position, Range, Uri, InlineCompletionItem, InlineCompletionList, ProcessExecution, ThemeColor, Task, ...enums,
    ...Object.fromEntries(Object.entries(namespaces).map(([name, space]) => [name, withEvents(space)])),
  };
  const editor: Editor = {
    module: known,
    open(file, languageId, text) {
      const document = new Document(Uri.file(file), languageId, text);
      documents.push(document);
      window.activeTextEditor = { document };
      emitter('onDidOpenTextDocument').fire(document);
      emitter('onDidChangeActiveTextEditor').fire(window.activeTextEditor);
      return document;
    },
    write(document, offset, text) {
      const at = document.positionAt(offset);
      document.replace(offset, 0, text);
      emitter('onDidChangeTextDocument').fire({ document, contentChanges: [{ range: new Range(at, at), rangeOffset: offset, rangeLength: 0, text }] });
    },
    suggest(document, offset, { invoked = false, source = new CancellationTokenSource() } = {}) {
      const [provider] = providers;
      return provider?.provideInlineCompletionItems(document, document.positionAt(offset), { triggerKind: invoked ? 0 : 1 }, source.token);
    },
    cancellation: () => new CancellationTokenSource(),
    async run(name, ...args) {
      const body = commands.get(name);
      if (body === undefined) return void editor.log.push(`editor: ${name} ${args.join(' ')}`.trim());
      return body(...args);
    },
    commands: () => [...commands.keys()],
    set(name, to, where = 'globalValue') {
      (values[name] ??= {})[where] = to;
      emitter('onDidChangeConfiguration').fire({ affectsConfiguration: (section: string) => name.startsWith(section) });
    },
    bar: { text: '', tooltip: '' },
    messages: [],
    answer: {},
    choices: [],
    reports: [],
    log: [],
    tasks: [],
  };
  return editor;
}
