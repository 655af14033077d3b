import { serveEditor } from '../lsp/server.js';

/** Serves one editor until it says `exit` or hangs up, then ends the process: 0 after `shutdown`, else 1. */
export function lsp(): void {
  // Standard output belongs to the protocol, whoever else would print.
  console.log = console.info = console.debug = console.error;
  serveEditor();
}
