#!/usr/bin/env node
/**
 * Starts the command. A completion, of code or of a command line, goes through the one-file form of quick.ts, unless that is missing or older than the
 * compiled modules (`npx tsc` does not make it): then, and for all else, the modules themselves run.
 */
import fs = require('node:fs');
import path = require('node:path');

type Quick = typeof import('./quick.js', { with: { 'resolution-mode': 'import' } });

function quick(): Quick | undefined {
  const made = (name: string): number => fs.statSync(path.join(__dirname, name), { throwIfNoEntry: false })?.mtimeMs ?? -1;
  return made('quick.cjs') >= made('../.tsbuildinfo') ? (require('./quick.cjs') as Quick) : undefined;
}

if (!['complete', 'suggest'].includes(process.argv[2] ?? '') || quick()?.runQuickly(process.argv.slice(2)) !== true) void import('./main.js');
