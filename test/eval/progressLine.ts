/** One line on stderr, rewritten on a terminal and printed now and then elsewhere. */
export function progressLine(stream: NodeJS.WriteStream = process.stderr): { show: (text: string) => void; end: () => void } {
  const interval = stream.isTTY ? 100 : 10_000;
  let last = 0;
  let width = 0;
  return {
    show(text) {
      const now = Date.now();
      if (now - last < interval) return;
      last = now;
      if (stream.isTTY) {
        stream.write(`\r${text.padEnd(width)}`);
        width = text.length;
      } else {
        stream.write(`${text}\n`);
      }
    },
    end() {
      if (stream.isTTY && width > 0) stream.write(`\r${' '.repeat(width)}\r`);
    },
  };
}
