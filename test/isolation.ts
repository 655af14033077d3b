/** The surroundings of one test file: its own daemon home, cache and Git configuration, all removed at the end. */
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Isolation {
  environment: NodeJS.ProcessEnv;
  /** Kills what still runs in these surroundings and removes them. Returns how many processes were left over. */
  end(): number;
}

export function isolate(): Isolation {
  const root = mkdtempSync(join(tmpdir(), 'hefc-t-'));
  const home = join(root, 'home');
  const gitConfig = join(root, 'gitconfig');
  mkdirSync(home, { mode: 0o700 });
  writeFileSync(gitConfig, '[user]\n\tname = Test\n\temail = test@example.invalid\n[init]\n\tdefaultBranch = main\n');
  const environment: NodeJS.ProcessEnv = { ...process.env };
  for (const name of Object.keys(environment)) {
    if (name.startsWith('GIT_') || (name.startsWith('HEFC_') && !name.startsWith('HEFC_TEST_'))) delete environment[name];
  }
  Object.assign(environment, {
    HEFC_HOME: home,
    XDG_CACHE_HOME: join(root, 'cache'),
    GIT_CONFIG_GLOBAL: gitConfig,
    GIT_CONFIG_NOSYSTEM: '1',
    NO_COLOR: '1',
  });
  return {
    environment,
    end() {
      let ended = 0;
      for (const pid of processesUnder(root)) {
        try {
          process.kill(pid, 'SIGKILL');
          ended++;
        } catch {
          // It ended by itself meanwhile.
        }
      }
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
      return ended;
    },
  };
}

/**
 * Processes whose environment names this folder: a daemon is detached, so neither its parent nor its process group
 * leads to it. Linux only; elsewhere a left-over daemon ends by its own idle exit.
 */
function processesUnder(root: string): number[] {
  const found: number[] = [];
  let names: string[] = [];
  try {
    names = readdirSync('/proc');
  } catch {
    return found;
  }
  for (const name of names) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      if (readFileSync(`/proc/${name}/environ`, 'latin1').includes(root)) found.push(Number(name));
    } catch {
      // Another user's process, or one that has just ended.
    }
  }
  return found;
}
