/** The extension: its parts put together, and what makes it start, stop and look again. */
import * as vscode from 'vscode';
import { here, registerCommands } from './commands.js';
import { NoHefc } from './findHefc.js';
import { createReports } from './report.js';
import { createServer } from './server.js';
import { allows, readSettings } from './settings.js';
import type { State, StatusData } from './state.js';
import { createStatusBar } from './statusBar.js';
import { createSuggestions } from './suggestions.js';

/** A repository that rests is not asked about again within this, in ms: asking keeps the daemon from ending when idle. */
const REST_MS = 30_000;

let end: () => Promise<void> = async () => undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel('hefc', { log: true });
  const bar = createStatusBar();
  const reports = createReports();
  const suggestions = createSuggestions(readSettings);
  let state: State = { is: 'off' };
  let asked = { place: undefined as string | undefined, at: 0 };

  function show(next: State = state): void {
    state = next;
    const { languageId } = vscode.window.activeTextEditor?.document ?? {};
    bar.show(state, languageId === undefined || allows(readSettings(), languageId));
  }

  async function refresh(): Promise<void> {
    const place = here();
    asked = { place, at: Date.now() };
    if (state.is !== 'running') return show();
    if (place === undefined) return show({ is: 'running' });
    try {
      const status = (await server.run('hefc.statusData', place)) as StatusData;
      if (state.is === 'running' && asked.place === place) show({ is: 'running', status });
    } catch (error) {
      if (state.is === 'running' && asked.place === place) show({ is: 'running', why: (error as Error).message });
    }
  }

  const server = createServer({
    log,
    suggestions,
    events: {
      runs() {
        show({ is: 'running' });
        void refresh();
      },
      gaveUp(why) {
        show({ is: 'broken', why });
        void offer(why, 'Restart', 'Show Log');
      },
      indexing(share) {
        if (share === undefined) {
          suggestions.forget();
          void refresh();
        } else if (state.is === 'running' && state.status?.repo) {
          show({ is: 'running', status: { ...state.status, repo: { ...state.status.repo, state: 'indexing', indexed: share } } });
        }
      },
    },
  });

  async function start(): Promise<void> {
    const { enabled, path } = readSettings();
    suggestions.forget();
    if (!enabled) {
      await server.stop();
      return show({ is: 'off' });
    }
    show({ is: 'starting' });
    try {
      await server.start(path);
    } catch (error) {
      const why = (error as Error).message;
      log.error(why);
      show({ is: 'broken', why });
      if (error instanceof NoHefc) void offer(why, 'Try Again', 'Open Settings');
      else void offer(`The language server of hefc did not start: ${why}`, 'Restart', 'Show Log');
    }
  }

  type Button = 'Try Again' | 'Restart' | 'Open Settings' | 'Show Log';
  async function offer(message: string, ...buttons: Button[]): Promise<void> {
    const chosen = await vscode.window.showErrorMessage(message, ...buttons);
    if (chosen === 'Try Again' || chosen === 'Restart') await start();
    if (chosen === 'Open Settings') await vscode.commands.executeCommand('workbench.action.openSettings', 'hefc.path');
    if (chosen === 'Show Log') log.show();
  }

  let before = readSettings();
  context.subscriptions.push(
    log,
    bar,
    reports,
    registerCommands({ server, reports, log, state: () => state, restart: start, refresh: () => void refresh() }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('hefc')) return;
      const now = readSettings();
      const anew = now.enabled !== before.enabled || now.path !== before.path;
      before = now;
      suggestions.forget();
      if (anew) void start();
      else show();
    }),
    vscode.window.onDidChangeActiveTextEditor(() => {
      show();
      if (here() !== asked.place || Date.now() - asked.at > REST_MS) void refresh();
    }),
    vscode.tasks.onDidEndTaskProcess(({ execution }) => {
      if (execution.task.definition.type === 'hefc') void refresh();
    }),
  );
  end = () => server.stop();
  // Not awaited: an editor that opens does not wait for hefc.
  void start();
}

export async function deactivate(): Promise<void> {
  await end();
}
