/**
 * The marked block in a hook's text. Inserting and removing are exact inverses, byte for byte, so no copy of the
 * original is kept: whatever the user edits around the block stays as edited.
 *
 * Text is handled as latin1, one character a byte, so hooks in any encoding survive.
 */
export const HOOK_NAMES = ['post-commit', 'post-checkout', 'post-merge', 'post-rewrite'] as const;
export type HookName = (typeof HOOK_NAMES)[number];

/** What the installer had to make; written in the opening mark, read back by the uninstaller. */
export type Made = 'nothing' | 'file' | 'folder';

/** Version of the block; an installed block of another version is replaced. */
const VERSION = 2;
const BEGIN = '# >>> hefc';
const END = '# <<< hefc <<<';
const MADE_NOTES: Record<Made, string> = { nothing: '', file: ', new file', folder: ', new file, new folder' };
/** What a hook made by us holds besides the block. */
const NEW_HOOK_HEAD = '#!/bin/sh\n';

export interface FoundBlock {
  start: number;
  /** Just after the closing mark, before its newline. */
  end: number;
  made: Made;
  text: string;
}

/** The block for one hook, without a final newline. `shim` is the text of shim.sh. */
export function blockText(shim: string, hook: HookName, made: Made): string {
  const begin = shim.indexOf(`${BEGIN} >>>`);
  const end = shim.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('hooks/shim.sh has lost its marks; reinstall hefc');
  const body = shim.slice(shim.indexOf('\n', begin) + 1, end).replaceAll('${1-}', hook);
  return `${BEGIN} ${VERSION}${MADE_NOTES[made]}; taken out by: hefc hooks uninstall >>>\n${body}${END}`;
}

/** The first block in a hook's text, of whatever version; undefined when there is none or its end is missing. */
export function findBlock(text: string): FoundBlock | undefined {
  const start = lineStart(text, BEGIN);
  if (start < 0) return undefined;
  const close = text.indexOf(`\n${END}`, start);
  if (close < 0) return undefined;
  const end = close + 1 + END.length;
  const opening = text.slice(start, text.indexOf('\n', start));
  const made = opening.includes(MADE_NOTES.folder) ? 'folder' : opening.includes(MADE_NOTES.file) ? 'file' : 'nothing';
  return { start, end, made, text: text.slice(start, end) };
}

/** Puts the block after the `#!` line, where no early `exit` of the script can skip it. */
export function insertBlock(text: string, block: string): string {
  if (!text.startsWith('#!')) return `${block}\n${text}`;
  const newline = text.indexOf('\n');
  if (newline < 0) return `${text}\n${block}`;
  return `${text.slice(0, newline + 1)}${block}\n${text.slice(newline + 1)}`;
}

/** The text without the block. An insertion at the very end of the text also took a newline before it. */
export function removeBlock(text: string, found: FoundBlock): string {
  if (found.end < text.length) {
    const after = text[found.end] === '\n' ? found.end + 1 : found.end;
    return text.slice(0, found.start) + text.slice(after);
  }
  return text.slice(0, Math.max(0, found.start - 1));
}

export function newHook(block: string): string {
  return insertBlock(NEW_HOOK_HEAD, block);
}

/** True when nothing of the user's is left in a hook that we made. */
export function isBare(text: string): boolean {
  return text.trim() === NEW_HOOK_HEAD.trim() || text.trim() === '';
}

function lineStart(text: string, mark: string): number {
  if (text.startsWith(mark)) return 0;
  const at = text.indexOf(`\n${mark}`);
  return at < 0 ? -1 : at + 1;
}
