/** The extension as it is installed: packed, unpacked, and loaded with a stand-in for the editor. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import { packExtension } from '../../client/editors/vscode/package.js';
import { standIn, type Editor } from './standIn.js';
import { unzip } from './unzip.js';

export interface Manifest {
  name: string;
  publisher: string;
  engines: { vscode: string };
  version: string;
  main: string;
  capabilities: { untrustedWorkspaces: { supported: boolean } };
  contributes: { commands: { command: string }[]; configuration: { properties: Record<string, { default: unknown; scope?: string; description?: string; markdownDescription?: string }> } };
}

export interface Packed {
  files: Map<string, Buffer>;
  /** Where they lie unpacked. */
  folder: string;
  manifest: Manifest;
}

export async function pack(folder: string): Promise<Packed> {
  const vsix = path.join(folder, 'hefc.vsix');
  // The tool tells what it packs.
  const { log } = console;
  console.log = () => undefined;
  await packExtension(vsix).finally(() => (console.log = log));
  const files = unzip(readFileSync(vsix));
  for (const [name, bytes] of files) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), bytes);
  }
  return { files, folder: path.join(folder, 'extension'), manifest: JSON.parse(String(files.get('extension/package.json'))) as Manifest };
}

interface Extension {
  activate(context: { subscriptions: { dispose(): unknown }[] }): Promise<void>;
  deactivate(): Promise<void>;
}

export interface Window {
  editor: Editor;
  close(): Promise<void>;
}

/** Opens an editor with the extension in it. */
export async function openWindow({ folder, manifest }: Packed, settings: Record<string, unknown> = {}): Promise<Window> {
  const editor = standIn(Object.fromEntries(Object.entries(manifest.contributes.configuration.properties).map(([name, property]) => [name, property.default])));
  for (const [name, value] of Object.entries(settings)) editor.set(name, value);
  const main = path.join(folder, manifest.main);
  const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
  const original = loader._load;
  const require = createRequire(main);
  loader._load = (request, ...rest) => (request === 'vscode' ? editor.module : original(request, ...rest));
  let extension: Extension;
  try {
    delete require.cache[main];
    extension = require(main) as Extension;
  } finally {
    loader._load = original;
  }
  const context = { subscriptions: [] as { dispose(): unknown }[] };
  await extension.activate(context);
  return {
    editor,
    async close() {
      await extension.deactivate();
      for (const one of context.subscriptions) one.dispose();
    },
  };
}
