#!/usr/bin/env node
/** The `hefc` command. Every error ends here, as one line and an exit code. */
import { CommanderError } from 'commander';
import { EXIT, exitCodeOf, oneLine } from './failure.js';
import { buildProgram } from './program.js';

// A reader that closes the pipe early (`hefc status | head -1`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed));

try {
  await buildProgram().parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed help or the one-line usage error already.
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  } else {
    process.stderr.write(`${oneLine(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
