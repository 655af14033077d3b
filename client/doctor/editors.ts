/** The editors that are installed and whose configuration mentions hefc, each with what is wrong with it. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageRoot, packageVersion } from '../../daemon/ipc/packageRoot.js';
import { programOnPath } from '../onPath.js';
import type { Finding } from './check.js';
import { CODES, EDITORS, EXTENSION, LEAST_CODE, SHELL_FILES, type CodeKind, type EditorKind } from './editorTable.js';
import { versionOf } from './installedVersion.js';
import { mentionsOf, namesIn, pathsIn, textOf, type Mention } from './mentions.js';
import { pluginCopies } from './pluginCopies.js';
import { isAtLeast } from './surroundings.js';
import { placed, shortened, type UserPlace } from './userPlace.js';

/** Nothing about editors that are not installed; one line for all those that are and know nothing of hefc. */
export async function editorFindings(place: UserPlace): Promise<Finding[]> {
  const found: Finding[] = [];
  const strangers: string[] = [];
  for (const kind of EDITORS) {
    const program = programOnPath(kind.programs, place.environment);
    if (program === undefined) continue;
    const findings = await editorFinding(kind, program, place);
    if (findings.length === 0) strangers.push(kind.name);
    found.push(...findings);
  }
  for (const kind of CODES) {
    const findings = await codeFinding(kind, place);
    if (findings.length === 0 && programOnPath(kind.programs, place.environment) !== undefined) strangers.push(kind.name);
    found.push(...findings);
  }
  if (strangers.length > 0) found.push({ name: 'editors', state: 'ok', detail: `installed and not set up for hefc: ${strangers.join(', ')} (how: docs/editors.md)` });
  return [...found, ...shellFindings(place)];
}

async function editorFinding(kind: EditorKind, program: string, place: UserPlace): Promise<Finding[]> {
  const { name, least } = kind;
  const lines = mentionsOf(kind.configuration, kind.files, kind.comment, place);
  const existing = lines.flatMap(({ line }) => pathsIn(line, place)).filter((one) => existsSync(one));
  const shipped = path.join(packageRoot(), 'client', 'editors', kind.plugin?.shipped ?? '');
  const copies = kind.plugin === undefined ? { found: [], files: [], different: [] } : pluginCopies(shipped, kind.plugin.places, existing, place);
  // What the plugin says of itself is no configuration.
  const mentions = lines.filter(({ file }) => !copies.files.includes(file));
  if (mentions.length === 0 && copies.found.length === 0) return [];
  const version = await versionOf(program, [kind.versionArgument], place);
  const wrong: Finding[] = [...missingPaths(name, mentions, place)];
  const warn = (detail: string, fix: string): void => void wrong.push({ name, state: 'warning', detail, fix });
  if (version !== undefined && least !== undefined && !isAtLeast(version, least)) warn(`${program} is version ${version}, too old for hefc`, `install ${name} ${least.join('.')} or newer`);
  const asking = mentions.find(({ line }) => kind.asks?.test(line) === true);
  if (asking !== undefined && existing.length === 0 && copies.found.length === 0 && wrong.length === 0) warn(`${shortened(asking.file, place)} asks for hefc's plugin, which is in none of its folders: ${asking.line.slice(0, 80)}`, `install it from ${shipped} as docs/editors.md says`);
  for (const file of copies.different) warn(`${shortened(file, place)} is not the one that came with this hefc`, `copy it again from ${shipped}, or link to it`);
  if (wrong.length > 0) return wrong;
  const where = mentions[0]?.file ?? copies.found[0] ?? '';
  return [{ name, state: 'ok', detail: `${version ?? program}, hefc in ${shortened(where, place)}` }];
}

/** A path to hefc that is no longer there: moved, or of a version of Node that was removed. */
function missingPaths(name: string, mentions: readonly Mention[], place: UserPlace): Finding[] {
  const missing = mentions.flatMap(({ file, line }) => pathsIn(line, place).filter((one) => !existsSync(one)).map((one): [string, string] => [file, one]));
  return missing.map(([file, one]) => ({ name, state: 'warning', detail: `${shortened(file, place)} names ${one}, which is not there`, fix: `correct the path there; hefc is in ${programOnPath(['hefc'], place.environment) ?? packageRoot()}` }));
}

async function codeFinding({ name, programs, extensions, settings }: CodeKind, place: UserPlace): Promise<Finding[]> {
  const folders = extensions.map((one) => placed(one, place));
  const installed = folders.flatMap((folder) => namesIn(folder).filter((one) => one.startsWith(`${EXTENSION}-`)).map((one) => path.join(folder, one)));
  const mentions = mentionsOf(settings, /./, '//', place);
  if (installed.length === 0) return [];
  const wrong: Finding[] = [...missingPaths(name, mentions, place)];
  const warn = (detail: string, fix: string): void => void wrong.push({ name, state: 'warning', detail, fix });
  const program = programOnPath(programs, place.environment);
  const version = program === undefined ? undefined : await versionOf(program, ['--version'], place);
  // code-server has a version of its own.
  if (version !== undefined && name !== 'code-server' && !isAtLeast(version, LEAST_CODE)) warn(`${program} is version ${version}, too old for hefc's extension`, `install ${name} ${LEAST_CODE.join('.')} or newer`);
  const versions = installed.map((folder) => extensionVersion(folder));
  if (!versions.includes(packageVersion())) warn(`the extension is version ${versions.join(', ')}, hefc is ${packageVersion()}`, `in ${packageRoot()}: npm run vsix && ${programs[0]} --install-extension dist/hefc.vsix`);
  if (mentions.some(({ line }) => /"hefc\.enabled"\s*:\s*false/.test(line))) warn('its settings switch hefc off ("hefc.enabled": false)', 'switch it on: command "hefc: Enable Completions"');
  if (wrong.length > 0) return wrong;
  return [{ name, state: 'ok', detail: `${version === undefined ? '' : `${version}, `}extension ${versions.at(-1)} in ${shortened(path.dirname(installed[0]!), place)}` }];
}

function extensionVersion(folder: string): string {
  try {
    return String((JSON.parse(textOf(path.join(folder, 'package.json'))) as { version?: unknown }).version);
  } catch {
    return 'unknown';
  }
}

function shellFindings(place: UserPlace): Finding[] {
  return Object.entries(SHELL_FILES).flatMap(([shell, files]): Finding[] => {
    const asking = mentionsOf(files, /\.fish$/, '#', place).find(({ line }) => /\bhefc shell\b/.test(line));
    if (asking === undefined) return [];
    const [, other] = /\bhefc shell\s+(\w+)/.exec(asking.line) ?? [];
    const name = `${shell} widget`;
    if (other !== shell) return [{ name, state: 'warning', detail: `${shortened(asking.file, place)} asks for the widget of ${other ?? 'no shell'}`, fix: `write there: hefc shell ${shell}` }];
    return [{ name, state: 'ok', detail: `in ${shortened(asking.file, place)}` }];
  });
}
