/** What the shell's completions are made of. */

/** How a file holds commands; each kind has its reader in read/. */
export type CommandFileKind = 'makefile' | 'justfile' | 'package' | 'pipeline' | 'dockerfile' | 'script' | 'document';

/** A committed file that may hold commands. */
export interface CommandFile {
  /** From the repository root, '/'-separated. */
  path: string;
  oid: string;
  kind: CommandFileKind;
}

/**
 * One command as a file gives it, whatever folder one stands in.
 * `line`: a command line as written; `target`: a Makefile's target; `recipe`: a justfile's; `script`: a name of
 * package.json's scripts; `file`: the file is a program by itself.
 */
export interface FileCommand {
  what: 'line' | 'target' | 'recipe' | 'script' | 'file';
  text: string;
  /** 1-based. */
  line: number;
}

/** One command line as it would be typed in a folder. */
export interface Candidate {
  text: string;
  /** `path:line` of the nearest place it stands at, or `history`. */
  from: string;
  /** Higher is likelier, before anything typed is looked at. */
  prior: number;
}
