/** What the command palette and the menu of the status bar do. */
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Reports } from './report.js';
import type { Server } from './server.js';
import { allows, changeSetting, readSettings } from './settings.js';
import type { State, StatusData } from './state.js';

export interface CommandsOptions {
  server: Server;
  reports: Reports;
  log: vscode.LogOutputChannel;
  state(): State;
  /** Starts the server anew, looking for hefc again. */
  restart(): Promise<void>;
  /** The repository or the daemon may be in another state now. */
  refresh(): void;
}

const PREFIX = 'hefc.vscode.';

/** Of the open file, else the first folder of the workspace; undefined: neither. */
export function here(): string | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.uri.scheme === 'file' ? document.uri.fsPath : vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
}

const placeArguments = (): string[] => [here()].filter((place) => place !== undefined);

export function registerCommands({ server, reports, log, state, restart, refresh }: CommandsOptions): vscode.Disposable {
  /** A command of the server whose text is shown as a message; with the repository around the open file. */
  const tell = (command: string) => async (): Promise<void> => {
    const text = await server.run(command, ...placeArguments());
    refresh();
    void vscode.window.showInformationMessage(String(text));
  };

  function runInTerminal(...args: string[]): Thenable<unknown> {
    const command = server.command();
    if (command === undefined) throw new Error('hefc is not running; see its status bar item.');
    const place = here();
    const folder = vscode.workspace.getWorkspaceFolder(vscode.window.activeTextEditor?.document.uri ?? vscode.Uri.file(place ?? homedir()))?.uri.fsPath;
    const cwd = folder ?? (place === undefined ? homedir() : path.dirname(place));
    const task = new vscode.Task({ type: 'hefc' }, vscode.TaskScope.Workspace, `hefc ${args.join(' ')}`, 'hefc', new vscode.ProcessExecution(command, args, { cwd }));
    task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated, clear: true };
    return vscode.tasks.executeTask(task);
  }

  const bodies: Record<string, () => unknown> = {
    menu: () => showMenu(state()),
    trigger: () => vscode.commands.executeCommand('editor.action.inlineSuggest.trigger'),
    enable: () => changeSetting('enabled', true),
    disable: () => changeSetting('enabled', false),
    toggleLanguage: async () => {
      const { languageId } = vscode.window.activeTextEditor?.document ?? {};
      if (languageId === undefined) throw new Error('No file is open, so there is no language to switch.');
      const settings = readSettings();
      await changeSetting('languages', { ...settings.languages, [languageId]: !allows({ ...settings, enabled: true }, languageId) });
    },
    status: async () => reports.show('hefc status', String(await server.run('hefc.status', ...placeArguments()))),
    explain: async () => reports.show('hefc, the last completion', String(await server.run('hefc.explainLast'))),
    init: () => runInTerminal('init'),
    doctor: () => runInTerminal('doctor'),
    pause: tell('hefc.pauseIndexing'),
    resume: tell('hefc.resumeIndexing'),
    reindex: tell('hefc.reindex'),
    restart,
    log: () => log.show(true),
  };
  const registered = Object.entries(bodies).map(([name, body]) =>
    vscode.commands.registerCommand(PREFIX + name, async () => {
      try {
        await body();
      } catch (error) {
        void vscode.window.showErrorMessage((error as Error).message);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

interface Choice extends vscode.QuickPickItem {
  run: string;
}

async function showMenu(state: State): Promise<void> {
  const chosen = await vscode.window.showQuickPick(choices(state), { placeHolder: describe(state) });
  if (chosen === undefined) return;
  if (chosen.run === 'settings') await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:hefc.hefc-vscode');
  else await vscode.commands.executeCommand(PREFIX + chosen.run);
}

/** What makes sense in a state, the likeliest first. */
function choices(state: State): Choice[] {
  const { languageId } = vscode.window.activeTextEditor?.document ?? {};
  const settings = readSettings();
  const status = state.is === 'running' ? state.status : undefined;
  const found: (Choice | false | undefined)[] = [
    status?.repo?.state === 'absent' && { label: '$(rocket) Set this repository up', detail: 'hefc init: hooks, database, first index', run: 'init' },
    state.is === 'off' ? { label: '$(check) Enable completions', run: 'enable' } : { label: '$(circle-slash) Disable completions', run: 'disable' },
    languageId !== undefined && state.is !== 'off' && { label: `${allows(settings, languageId) ? '$(circle-slash) Disable' : '$(check) Enable'} completions in ${languageId}`, run: 'toggleLanguage' },
    ...(state.is === 'running' ? whileRunning(status) : []),
    state.is !== 'off' && { label: '$(debug-restart) Restart server', run: 'restart' },
    { label: '$(output) Show log', run: 'log' },
    { label: '$(gear) Settings', run: 'settings' },
  ];
  return found.filter((choice) => typeof choice === 'object');
}

function whileRunning(status: StatusData | undefined): Choice[] {
  return [
    { label: '$(info) Show status', run: 'status' },
    { label: '$(question) Explain the last completion', detail: 'What it was made from, and where the time went', run: 'explain' },
    status?.repo?.state === 'paused' ? { label: '$(debug-continue) Resume indexing', run: 'resume' } : { label: '$(debug-pause) Pause indexing', run: 'pause' },
    { label: '$(refresh) Reindex this repository', run: 'reindex' },
    { label: '$(pulse) Run the doctor', detail: 'hefc doctor: every part checked, each fault with its fix', run: 'doctor' },
  ];
}

function describe(state: State): string {
  if (state.is === 'broken') return state.why;
  if (state.is !== 'running') return state.is === 'off' ? 'hefc is switched off' : 'hefc is starting';
  const { repo } = state.status ?? {};
  return repo ? `${repo.root}: ${repo.state === 'absent' ? 'not indexed' : `${repo.state}, ${Math.floor(repo.indexed * 100)} %`}` : 'hefc is running';
}
