/** Makes a completion safe to insert and to print: it came from untrusted text. */

/** Longest completion in characters. */
export const MAX_COMPLETION = 4096;
/** Control characters other than tab and newline; bidirectional and invisible formatting; what was no whole character. */
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060-\u206f\ufeff\ufff9-\ufffd]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Strips what is unsafe, ends a line completion at its line's end, caps the length. */
export function sanitize(text: string, stop: 'line' | 'block'): string {
  let safe = text.replace(UNSAFE, '');
  if (stop === 'line') safe = safe.split('\n', 1)[0] ?? '';
  if (safe.length > MAX_COMPLETION) safe = safe.slice(0, MAX_COMPLETION).replace(/[\ud800-\udbff]$/, '');
  return stop === 'line' ? safe.trimEnd() : safe;
}

/**
 * Drops the end of a line completion that stands right of the cursor already: what is left is what to insert. Editors
 * close brackets as they are opened, and the copied line ends with them too.
 */
export function withoutRest(text: string, suffix: string | null): string {
  const rest = (suffix ?? '').split('\n', 1)[0]!.trimEnd();
  return rest !== '' && text.endsWith(rest) ? text.slice(0, text.length - rest.length) : text;
}
