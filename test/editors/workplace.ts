/** What the tests in editors share: an indexed repository, hefc on the PATH, and what the editor sent to its server. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as assert from 'uvu/assert';
import { connect } from '../../daemon/ipc/client.js';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';
import { MAIN } from '../client/command.js';
import { makeSurroundings, SHOP, until, type TestRepository } from '../daemon/surroundings.js';

/** The line that the repository completes `        ` with at the end of ORDER. */
export const EXPECTED = 'send_parcel(item, basket.owner)';
export const ORDER = `${SHOP['shop/order.py']}\n\ndef again(basket: Basket):\n    for item in basket.items:\n`;
/** What a daemon could answer where a block begins, with an indentation that no editor would make. */
export const BLOCK = 'if item:\n            pack(item)\n\n\tsend(item)';
const PATIENCE = { timeout: 120_000 };

export interface Workplace {
  folder: string;
  shop: TestRepository;
  /** A home of the editor's own, with hefc on the PATH. */
  environment: NodeJS.ProcessEnv;
  /** A file of the repository that holds ORDER. */
  file(name: string, text?: string): string;
  /** How many requests for completion the servers were sent so far. */
  requests(): number;
  /** Process id of the server last started. */
  server(): number;
  /** The counts of `hefc status`. */
  counts(): Record<string, number>;
  /** Runs the first block of shell commands of a section of docs/editors.md. */
  install(section: string): void;
  end(): Promise<void>;
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The first block of a language in the section of docs/editors.md whose title begins so. */
export function documented(section: string, language: string): string {
  const page = readFileSync(path.join(packageRoot(), 'docs', 'editors.md'), 'utf8').split(/^## /m).find((one) => one.startsWith(section)) ?? '';
  const [, block] = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'm').exec(page) ?? [];
  assert.ok(block, `docs/editors.md has no block of ${language} for ${section}`);
  return block;
}

export async function makeWorkplace(): Promise<Workplace> {
  const place = makeSurroundings();
  const { folder } = place;
  const shop = place.repository('shop');
  shop.commit(SHOP);
  const daemon = await connect(PATIENCE);
  await daemon.call('index', { repo: shop.root, wait: true }, PATIENCE);
  daemon.close();
  // Long enough for a busy machine.
  writeFileSync(path.join(folder, '.hefc.json'), '{"timeout": 60000}');
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  const [sent, pid] = [path.join(folder, 'sent'), path.join(folder, 'server.pid')];
  writeFileSync(path.join(bin, 'hefc'), `#!/bin/sh\n[ "$1" = lsp ] || exec '${process.execPath}' '${MAIN}' "$@"\necho $$ >'${pid}'\ntee -a '${sent}' | '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
  // As `npm link` leaves it.
  const modules = path.join(folder, 'prefix', 'lib', 'node_modules');
  mkdirSync(modules, { recursive: true });
  symlinkSync(packageRoot(), path.join(modules, 'hefc'));
  const environment = { HOME: folder, XDG_CONFIG_HOME: undefined, XDG_DATA_HOME: undefined, PATH: `${bin}:${process.env.PATH}`, npm_config_prefix: path.join(folder, 'prefix'), VIMINIT: undefined, EDITOR: undefined };
  return {
    folder,
    shop,
    environment,
    file(name, text = ORDER) {
      const file = path.join(shop.root, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    requests: () => (existsSync(sent) ? (readFileSync(sent, 'utf8').match(/textDocument\\?\/inlineCompletion/g) ?? []).length : 0),
    server: () => Number(readFileSync(pid, 'utf8')),
    counts: () => (JSON.parse(execFileSync(process.execPath, [MAIN, 'status', '--json'], { cwd: shop.root, encoding: 'utf8' })) as { editor: Record<string, number> }).editor,
    install: (section) => void execFileSync('sh', ['-e', '-c', documented(section, 'sh')], { cwd: folder, env: { ...process.env, ...environment }, stdio: 'pipe' }),
    async end() {
      // A server that outlives its editor for a moment would start the daemon again.
      if (existsSync(pid)) await until('the last server ended', () => !runs(Number(readFileSync(pid, 'utf8'))));
      await place.end();
    },
  };
}
