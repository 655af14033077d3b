/** The settings in force, from the home's file and the editor, and the warnings about wrong ones. */
import { DidChangeConfigurationNotification, type Connection, type InitializeParams } from 'vscode-languageserver/node';
import { DEFAULTS, readHome, readSettings, type Settings } from './settings.js';
import type { Tell } from './tell.js';

export interface Configuration {
  settings(): Settings;
  /** With what `initialize` brought. */
  start(params: InitializeParams): void;
  /** After `initialized`: asks the editor, where it wants to be asked. Throws nothing. */
  ask(): Promise<void>;
  /** With what `workspace/didChangeConfiguration` brought. Throws nothing. */
  changed(pushed: unknown): Promise<void>;
}

export function createConfiguration(connection: Connection, tell: Tell): Configuration {
  let current = DEFAULTS;
  let faults: string[] = [];
  let capabilities: InitializeParams['capabilities']['workspace'];

  function take(pushed: unknown): void {
    const home = readHome();
    const editor = readSettings((pushed as { hefc?: unknown } | null | undefined)?.hefc, 'hefc');
    current = { ...DEFAULTS, ...home.settings, ...editor.settings };
    const found = [...home.faults, ...editor.faults];
    for (const fault of faults) if (!found.includes(fault)) tell.over(fault);
    for (const fault of found) tell.warn(fault, fault);
    faults = found;
  }

  const refused = (error: Error): void => tell.note('configuration', `the editor answered with an error when asked for its settings (${error.message}); those it sends are used`);

  async function pull(): Promise<void> {
    await connection.workspace.getConfiguration('hefc').then((hefc: unknown) => take({ hefc }), refused);
  }

  return {
    settings: () => current,
    start(params) {
      capabilities = params.capabilities.workspace;
      take(params.initializationOptions);
    },
    async ask() {
      if (capabilities?.didChangeConfiguration?.dynamicRegistration === true) await connection.client.register(DidChangeConfigurationNotification.type, { section: 'hefc' }).catch(refused);
      if (capabilities?.configuration === true) await pull();
    },
    async changed(pushed) {
      // Editors that want to be asked send nothing, or what is out of date.
      const empty = (pushed as { hefc?: unknown } | null | undefined)?.hefc === undefined;
      if (empty && capabilities?.configuration === true) await pull();
      else take(pushed);
    },
  };
}
