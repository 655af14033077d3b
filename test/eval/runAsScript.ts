import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Runs `main` where the module of this `url` is what Node was started with; a failure is one line and code 2. */
export async function runAsScript(url: string, main: () => void | Promise<void>): Promise<void> {
  if (process.argv[1] === undefined || realpathSync(process.argv[1]) !== fileURLToPath(url)) return;
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  }
}
