/** The client stays thin: it loads no model, no database, and of the daemon only the wire. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../daemon/ipc/packageRoot.js';

const test = suite('client: room');
const root = packageRoot();

/** Everything a room's sources import, as [file, module]; relative ones from the package's root. */
function imports(room: string): [string, string][] {
  const files = readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((name) => {
    const file = path.join(room, name);
    // Code in template strings runs in child processes of `hefc doctor`, not here.
    const source = readFileSync(path.join(root, file), 'utf8').replace(/`[^`]*`/g, '``');
    const found = [...source.matchAll(/^(?:import|export)\b[^'"`]*?from '([^']+)'|\bimport\('([^']+)'\)/gm)];
    return found.map((match): [string, string] => {
      const module = match[1] ?? match[2] ?? '';
      return [file, module.startsWith('.') ? path.join(path.dirname(file), module) : module];
    });
  });
}

const ALLOWED: Record<string, RegExp> = {
  client: /^(node:[a-z/_]+|commander|client\/.*|hooks\/.*|daemon\/ipc\/.*)$/,
  hooks: /^(node:[a-z/_]+|hooks\/.*|daemon\/ipc\/packageRoot\.js)$/,
};
for (const [room, allowed] of Object.entries(ALLOWED)) {
  test(`${room} imports only what its room may`, () => {
    const found = imports(room);
    assert.ok(found.length > 10);
    assert.equal(found.filter(([, module]) => !allowed.test(module)), []);
  });
}

test.run();
