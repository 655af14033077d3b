import { EXIT, Failure } from '../failure.js';
import { serveEditor } from '../lsp/server.js';

/** Serves one editor until it says `exit` or hangs up, then ends the process: 0 after `shutdown`, else 1. */
export function lsp(): void {
  if (process.stdin.isTTY) throw new Failure(EXIT.usage, 'this command speaks with an editor, which starts it; how to set yours up: docs/editors.md');
  // Standard output belongs to the protocol, whoever else would print.
  console.log = console.info = console.debug = console.error;
  serveEditor();
}
