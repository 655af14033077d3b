/** Can our sh block live in this hook? Reads the text only; never runs it. */

const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'mksh', 'ksh93', 'zsh']);

/** Undefined when the block fits; otherwise why not, in words that end the sentence "post-commit …". */
export function whyNotShell(text: string): string | undefined {
  if (text.slice(0, 8192).includes('\0')) return 'is a program, not a script';
  if (text.startsWith('#!')) {
    const interpreter = interpreterOf(text);
    if (!SHELLS.has(interpreter)) return `is written for ${interpreter === '' ? 'an unknown interpreter' : interpreter}`;
  }
  // `exec python "$0"` and its like: a shell line in a file that another language then reads in full.
  const hands = text.split('\n', 20).find((line) => /\bexec\b.*\$\{?0\b/.test(line));
  if (hands !== undefined) return 'hands itself to another interpreter';
  return undefined;
}

function interpreterOf(text: string): string {
  const words = (text.slice(2).split(/\r?\n/, 1)[0] ?? '').trim().split(/\s+/);
  const names = words.map((word) => word.replace(/^.*[/\\]/, '').replace(/\.exe$/i, ''));
  if (names[0] === 'busybox') return names[1] ?? '';
  if (names[0] !== 'env') return names[0] ?? '';
  const rest = names.slice(1).filter((name) => !name.startsWith('-') && !name.includes('='));
  return rest[0] ?? '';
}
