#!/usr/bin/env node
// Refuses a lock file that could bring in a bad package: node-ipc had malicious and protestware releases, so it is
// pinned to one version that was read; and no entry names a registry host, so that every registry can serve it.
import { readFileSync } from 'node:fs';

const NODE_IPC = '12.0.0';
const NODE_IPC_BAD = [/^9\.1\.6$/, /^9\.2\.[23]$/, /^10\.1\.[1-3]$/, /^11\./, /^12\.0\.1$/];

const text = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const faults = [];
for (const [path, entry] of Object.entries(JSON.parse(text).packages)) {
  if (entry.resolved !== undefined) faults.push(`${path}: has "resolved"; run npm install with omit-lockfile-registry-resolved`);
  if (entry.version !== undefined && path !== '' && entry.integrity === undefined) faults.push(`${path}: has no integrity hash`);
  if (!/(^|\/)node_modules\/node-ipc$/.test(path)) continue;
  const bad = NODE_IPC_BAD.some((pattern) => pattern.test(entry.version));
  if (bad) faults.push(`${path}: version ${entry.version} is known to be malicious or protestware`);
  else if (entry.version !== NODE_IPC) faults.push(`${path}: version ${entry.version} was not reviewed; pin ${NODE_IPC}`);
}
for (const [name, range] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
  if (!/^\d+\.\d+\.\d+$/.test(range)) faults.push(`package.json: ${name} is not pinned exactly (${range})`);
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
