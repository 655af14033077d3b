/** A bare repository of a few small files, for tests: made on the fly with real git. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const FILES: Readonly<Record<string, string>> = {
  'shop/basket.py': 'class Basket:\n    def __init__(self, owner):\n        self.owner = owner\n        self.items = []\n\n    def add(self, item):\n        self.items.append(item)\n        return self\n',
  'shop/order.py': 'from shop.basket import Basket\n\n\ndef place_order(basket: Basket):\n    # one order for each item\n    for item in basket.items:\n        send(item, basket.owner)\n    return len(basket.items)\n',
  // Repeats order.py but for a line, so that the copy lane has something to find.
  'shop/gift.py': 'from shop.basket import Basket\n\n\ndef place_order(basket: Basket):\n    # one order for each item\n    for item in basket.items:\n        send(item, basket.owner)\n    return None\n',
  'README.md': '# Shop\n\nBaskets and orders.\n',
};

/** Makes `<repos>/owner+name/repo`, bare, and returns the id of its one commit. */
export function makeTinyRepository(repos: string, repo: string): string {
  const bare = join(repos, repo.replace('/', '+'), 'repo');
  const work = join(repos, 'work');
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(join(work, path, '..'), { recursive: true });
    writeFileSync(join(work, path), text);
  }
  mkdirSync(bare, { recursive: true });
  const git = (...args: string[]) => execFileSync('git', args, { cwd: work, encoding: 'utf8' }).trim();
  git('init', '--quiet', '--initial-branch', 'main');
  git('add', '.');
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', 'commit', '--quiet', '--message', 'All');
  git('clone', '--quiet', '--bare', work, bare);
  return git('rev-parse', 'HEAD');
}
