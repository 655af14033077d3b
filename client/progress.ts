/** Progress of indexing on stderr: a bar that redraws on a terminal, a plain line now and then elsewhere. */
import type { IndexProgress } from '../daemon/ipc/protocol.js';

const BAR_CELLS = 24;
const REDRAW_MS = 100;
const PLAIN_MS = 5000;

export interface ProgressView {
  show(progress: IndexProgress): void;
  /** Removes the bar. */
  end(): void;
}

export function progressView(stream: NodeJS.WriteStream = process.stderr): ProgressView {
  const started = Date.now();
  const terminal = stream.isTTY === true;
  let last = 0;
  let drawn = false;
  return {
    show(progress) {
      const now = Date.now();
      if (now - last < (terminal ? REDRAW_MS : PLAIN_MS) && progress.phase !== 'done') return;
      if (!terminal && last === 0 && now - started < 1000 && progress.phase !== 'done') return;
      last = now;
      const line = describe(progress, (now - started) / 1000);
      if (terminal) stream.write(`\r\x1b[K${line.slice(0, Math.max(20, (stream.columns || 80) - 1))}`);
      else if (progress.phase !== 'done') stream.write(`${line}\n`);
      drawn = terminal;
    },
    end() {
      if (drawn) stream.write('\r\x1b[K');
    },
  };
}

/** `[######..] 42% fusing 12/30 files, 850 chunks, 310 chunks/s, 12 s left`. `seconds` since the start. */
export function describe(progress: IndexProgress, seconds: number): string {
  const share = shareDone(progress);
  const filled = Math.floor(share * BAR_CELLS);
  const rate = seconds > 0 ? progress.chunksFused / seconds : 0;
  const left = share > 0.02 && share < 1 ? `, ${Math.ceil((seconds * (1 - share)) / share)} s left` : '';
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_CELLS - filled)}]`;
  return `${bar} ${Math.floor(share * 100)}% ${progress.phase} ${progress.filesDone}/${progress.files} files, ${progress.chunksFused} chunks, ${rate.toFixed(0)} chunks/s${left}`;
}

/** By bytes, since files differ in size by thousands. */
export function shareDone({ phase, files, filesDone, bytes, bytesDone }: IndexProgress): number {
  if (phase === 'done') return 1;
  const share = bytes > 0 ? bytesDone / bytes : files > 0 ? filesDone / files : 0;
  return Math.min(1, Math.max(0, share));
}
