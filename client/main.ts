/** The `hefc` command with all its commands. Every error ends here, as one line and an exit code. */
import { CommanderError } from 'commander';
import { endAtClosedPipe, EXIT, fail } from './failure.js';
import { buildProgram } from './program.js';

endAtClosedPipe();
try {
  await buildProgram().parseAsync(process.argv);
} catch (error) {
  // Commander has printed help or the one-line usage error already.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  else fail(error);
}
