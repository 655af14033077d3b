import { cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { userModelsFolder } from '../../daemon/ipc/paths.js';
import { bundleBytes, bundleProblem, type BundleListing } from '../bundleCheck.js';
import { bundles, listBundles } from '../bundles.js';
import { EXIT, Failure, fileFailure } from '../failure.js';
import { callInChild } from '../inChild.js';
import { print, printJson, size } from '../print.js';
import { withDaemon } from '../session.js';

/** Every bundle; the one in use is starred. */
export async function list(options: { json?: boolean }): Promise<void> {
  const found = await bundles();
  const { current } = await withDaemon((connection) => connection.call('model', {}, { timeout: 30_000 }));
  const rows = found.map((bundle) => {
    const { id, directory, origin, problem } = bundle;
    return { id, origin, directory, bytes: bundleBytes(bundle), current: id === current, problem };
  });
  if (options.json === true) return printJson(rows);
  if (rows.length === 0) print('No model bundle is installed; add one with: hefc model add FOLDER');
  for (const row of rows) print(`${row.current ? '*' : ' '} ${row.id.padEnd(24)} ${row.origin.padEnd(8)} ${row.problem ?? size(row.bytes)}`);
}

export async function use(name: string): Promise<void> {
  const chosen = chooseBundle(name, await bundles());
  refuseBroken(chosen);
  const { current } = await withDaemon((connection) => connection.call('model', { use: chosen.id }, { timeout: 60_000 }));
  print(`Completing with ${current} from now on. Vectors are fused anew for each repository when it is next used.`);
}

/** The bundle of this id, or whose id starts with it and a dash. */
function chooseBundle(name: string, all: BundleListing[]): BundleListing {
  const newestFirst = [...all].reverse();
  const match = newestFirst.find(({ id }) => id === name) ?? newestFirst.find(({ id }) => id.startsWith(`${name}-`));
  if (match !== undefined) return match;
  throw new Failure(EXIT.usage, `unknown model ${name}; there is ${all.map(({ id }) => id).join(', ') || 'none'}: choose one of them, or add it with: hefc model add FOLDER`);
}

function refuseBroken(bundle: BundleListing): void {
  const problem = bundleProblem(bundle);
  if (problem !== undefined) throw new Failure(EXIT.failed, `the bundle in ${bundle.directory} cannot be used: ${problem}; copy or download it again`);
}

export async function add(folder: string): Promise<void> {
  const source = path.resolve(folder);
  if (!existsSync(path.join(source, 'bundle.json'))) throw new Failure(EXIT.usage, `${folder} holds no bundle.json; name a bundle folder, or make one from a checkpoint with: hefc model import FOLDER`);
  const found = (await listBundles({ shipped: path.dirname(source), user: source })).find(({ directory }) => path.resolve(directory) === source);
  if (found === undefined) throw new Failure(EXIT.usage, `${folder} is not a bundle folder; name the folder that holds bundle.json`);
  refuseBroken(found);
  const target = freePlace(found.id);
  const draft = `${target}.adding-${process.pid}`;
  try {
    mkdirSync(draft, { recursive: true, mode: 0o700 });
    for (const name of ['bundle.json', ...Object.keys(found.manifest?.parts ?? {})]) cpSync(path.join(source, name), path.join(draft, name));
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw fileFailure(`copy the bundle to ${target}`, error);
  }
  print(`Added ${found.id} (${size(bundleBytes(found))}). Use it with: hefc model use ${found.id}`);
}

export async function importCheckpoint(folder: string, options: { name?: string }): Promise<void> {
  const source = path.resolve(folder);
  if (!statSync(source, { throwIfNoEntry: false })?.isDirectory()) throw new Failure(EXIT.usage, `no such folder: ${folder}; name a folder with config.json, tokenizer.json and safetensors`);
  const name = options.name ?? path.basename(source);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)) throw new Failure(EXIT.usage, `${name} is no plain name; give one of letters, digits, dots and dashes with --name`);
  const target = freePlace(name);
  try {
    mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
    await callInChild('models/import.js', 'importBundle', [source, target, { id: name }]);
  } catch (error) {
    throw new Failure(EXIT.failed, `cannot import ${folder}: ${(error as Error).message}`);
  }
  print(`Imported ${name}. It completes without vectors until a fuser is trained for it. Use it with: hefc model use ${name}`);
}

function freePlace(id: string): string {
  const target = path.join(userModelsFolder(), id);
  if (existsSync(target)) throw new Failure(EXIT.usage, `there is a bundle ${id} at ${target} already; delete that folder first`);
  return target;
}
