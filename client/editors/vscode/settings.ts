/** The extension's settings, and what of them the server is to know. */
import * as vscode from 'vscode';

export interface Settings {
  enabled: boolean;
  /** By language identifier; `*` for those not named. */
  languages: Readonly<Record<string, boolean>>;
  /** Empty: hefc is looked for on the PATH. */
  path: string;
  /** Milliseconds to wait after a key, beyond what the editor waits itself. */
  debounce: number;
}

const LONGEST_DEBOUNCE_MS = 2000;
/** Settings that are not the server's business. */
const OWN = ['languages', 'path', 'debounce'];

/** Never throws: a value of the wrong kind, which the editor underlines in its settings, counts as not set. */
export function readSettings(): Settings {
  const given = vscode.workspace.getConfiguration('hefc');
  const debounce = Number(given.get('debounce'));
  const languages = given.get('languages');
  const path = given.get('path');
  return {
    enabled: given.get('enabled') !== false,
    languages: typeof languages === 'object' && languages !== null ? (languages as Record<string, boolean>) : {},
    path: typeof path === 'string' ? path : '',
    debounce: debounce > 0 ? Math.min(debounce, LONGEST_DEBOUNCE_MS) : 0,
  };
}

export function allows({ enabled, languages }: Settings, languageId: string): boolean {
  return enabled && (languages[languageId] ?? languages['*'] ?? true);
}

/**
 * What the user set, without defaults: those would win over .hefc.json in the home, which the server reads itself. Settings
 * of a newer server that this extension does not know are passed on as they stand in the settings file.
 */
export function settingsForServer(): Record<string, unknown> {
  const given = vscode.workspace.getConfiguration('hefc');
  const names = Object.keys(given).filter((name) => typeof given[name] !== 'function' && !OWN.includes(name));
  return Object.fromEntries(
    names.flatMap((name) => {
      const { globalValue, workspaceValue, workspaceFolderValue } = given.inspect(name) ?? {};
      const value = workspaceFolderValue ?? workspaceValue ?? globalValue;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Where a setting is written: to the workspace where that decides it already, else to the user's own settings. */
export async function changeSetting(name: string, value: unknown): Promise<void> {
  const given = vscode.workspace.getConfiguration('hefc');
  const decided = given.inspect(name)?.workspaceValue !== undefined;
  await given.update(name, value, decided ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global);
}
