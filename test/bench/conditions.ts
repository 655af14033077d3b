/** Under which conditions figures were taken. */
import { cpus, totalmem } from 'node:os';

export function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model.trim() || 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}
