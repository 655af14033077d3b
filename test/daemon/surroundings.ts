/** A home and repositories of one suite's own, made on the fly and removed at the end. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stopDaemon } from '../../daemon/ipc/client.js';
import { bundleDirectory } from '../bundle.js';

export interface TestRepository {
  root: string;
  git(...args: string[]): string;
  write(files: Record<string, string>): void;
  /** Writes, adds and commits all; returns the commit. */
  commit(files: Record<string, string>, message?: string): string;
}

export interface Surroundings {
  folder: string;
  repository(name: string): TestRepository;
  end(): Promise<void>;
}

/** Sets HEFC_HOME and the model for this process and what it spawns. */
export function makeSurroundings(): Surroundings {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hefc-d-')));
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  process.env.HEFC_HOME = home;
  process.env.HEFC_MODEL = bundleDirectory;
  for (const name of Object.keys(process.env)) if (name.startsWith('GIT_') && !name.startsWith('GIT_CONFIG_')) delete process.env[name];
  return {
    folder,
    repository(name) {
      const root = join(folder, name);
      mkdirSync(root, { recursive: true });
      const made = openRepositoryAt(root);
      made.git('init', '--quiet', '--initial-branch', 'main');
      return made;
    },
    async end() {
      await stopDaemon();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** A repository, or a linked worktree, that is already there. */
export function openRepositoryAt(root: string): TestRepository {
  const git = (...args: string[]): string => execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', '-c', 'commit.gpgSign=false', ...args], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const repository: TestRepository = {
    root,
    git,
    write(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
    },
    commit(files, message = 'A commit') {
      repository.write(files);
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', message);
      return git('rev-parse', 'HEAD');
    },
  };
  return repository;
}

/** Waits for a condition; the error names what never came. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, timeout = 60_000): Promise<void> {
  for (const end = Date.now() + timeout; ; ) {
    if (await condition()) return;
    if (Date.now() > end) throw new Error(`${what} did not happen`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A few small files that import one another. */
export const SHOP: Readonly<Record<string, string>> = {
  'shop/basket.py': 'class Basket:\n    def __init__(self, owner):\n        self.owner = owner\n        self.items = []\n\n    def add_item(self, item):\n        self.items.append(item)\n        return self\n',
  'shop/order.py': 'from shop.basket import Basket\n\n\ndef place_order(basket: Basket):\n    for item in basket.items:\n        send_parcel(item, basket.owner)\n    return len(basket.items)\n',
  'shop/deep/parcel.py': 'def send_parcel(item, owner):\n    label = make_label(owner)\n    return label.attach(item)\n',
  'web/index.ts': "import { listen } from './listen.js';\n\nexport function start(port: number): void {\n  listen(port);\n}\n",
  'README.md': '# Shop\n\nBaskets and orders.\n',
};
