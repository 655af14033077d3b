/** Under which conditions figures were taken. */
import { cpus, totalmem } from 'node:os';
import { basename } from 'node:path';

function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model.trim() || 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

export interface Conditions {
  command: string;
  machine: string;
  model: string;
  repository: string;
}

/** @param name of the benchmark, '' for the budgets; @param model its id and device */
export function conditionsOf(name: string, given: readonly string[], source: string, model: string): Conditions {
  // No path of this machine goes into a page.
  const told = given.map((each) => each.replace(/(?<==|^)[~./].*\//, ''));
  return { command: ['hefc bench', name, ...told].filter((word) => word !== '').join(' '), machine: machine(), model, repository: basename(source) };
}

export function conditionLines({ command, machine, model, repository }: Conditions): string[] {
  return [`- Command: \`${command}\``, `- Machine: ${machine}`, `- Model: ${model}`, `- Repository: ${repository}`];
}
