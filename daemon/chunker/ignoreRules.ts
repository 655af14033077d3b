/**
 * Ignore rules that live in the repository: `.hefcignore` (gitignore syntax) and the `linguist-generated` and
 * `linguist-vendored` attributes of `.gitattributes`, at any level of the tree.
 *
 * A cached directory is keyed by (tree id, scope). The tree id says everything about what lies below it, rule files
 * included; the scope says what comes from above. It is '' while no rule of an ancestor can match inside the
 * directory, and otherwise a digest of those rules and of the directory's path, so that equal keys always mean equal
 * values. Rules of the directory itself and of those below it are in its tree id already and never enter its scope.
 */
import { createHash } from 'node:crypto';
import ignore from 'ignore';
import type { SkipReason } from '../../store/types.js';
import { attributeRules, LINGUIST } from './attributeRules.js';
import { mayReach } from './patternReach.js';

/** One rule file in force. */
interface RuleFile {
  /** Directory the file lies in, '' for the root. */
  base: string;
  kind: 'hefcignore' | 'linguist-generated' | 'linguist-vendored';
  /** Its rules as gitignore lines. */
  patterns: readonly string[];
  /** One for all rules of an ignore file; one a rule for attributes, where a later match wins whatever lies above. */
  matchers: readonly ReturnType<typeof ignore.default>[];
}

export interface IgnoreRules {
  /**
   * 'ignored' when a rule in force refuses the entry, else null.
   * @param path from the repository root, '/'-separated
   */
  refuses(path: string, isDirectory: boolean): SkipReason | null;
  /** Scope of a directory below the ones whose rule files were descended into; '' when no rule can match inside. */
  scope(dirPath: string): string;
}

const KINDS = ['hefcignore', ...LINGUIST] as const;

interface KnownRules extends IgnoreRules {
  files: readonly RuleFile[];
}

/** Rules before any rule file was read: nothing is refused and every scope is ''. */
export function rootRules(): IgnoreRules {
  return rulesOf([]);
}

/**
 * The rules inside a directory: those in force outside, then its own rule files. Call it for the root too, with ''.
 * Later files override earlier ones, as in Git; what an ancestor's rule refused as a directory is never entered.
 */
export function descend(
  rules: IgnoreRules, dirPath: string, texts: { hefcignore?: string; gitattributes?: string },
): IgnoreRules {
  const files = [...(rules as KnownRules).files];
  if (texts.gitattributes !== undefined) {
    for (const kind of LINGUIST) add(files, dirPath, kind, attributeRules(texts.gitattributes, kind));
  }
  if (texts.hefcignore !== undefined) add(files, dirPath, 'hefcignore', ignoreLines(texts.hefcignore));
  return files.length === (rules as KnownRules).files.length ? rules : rulesOf(files);
}

function add(files: RuleFile[], base: string, kind: RuleFile['kind'], patterns: string[]): void {
  if (patterns.length === 0) return;
  const matcher = (rules: string[]) => ignore.default({ ignorecase: false, allowRelativePaths: true }).add(rules);
  const matchers = kind === 'hefcignore' ? [matcher(patterns)] : patterns.map((rule) => matcher([rule.replace(/^!/, '')]));
  files.push({ base, kind, patterns, matchers });
}

function ignoreLines(text: string): string[] {
  return text.replace(/^\uFEFF/, '').split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

function rulesOf(files: readonly RuleFile[]): KnownRules {
  return {
    files,
    refuses(path, isDirectory) {
      return KINDS.some((kind) => verdict(files, kind, path, isDirectory)) ? 'ignored' : null;
    },
    scope(dirPath) {
      const reaching = files
        .filter((file) => below(file.base, dirPath) !== undefined && file.base !== dirPath)
        .map((file) => ({ ...file, patterns: file.patterns.filter((p) => mayReach(p, below(file.base, dirPath)!)) }))
        .filter((file) => file.patterns.length > 0);
      // Negations alone refuse nothing.
      if (reaching.every((file) => file.patterns.every((pattern) => pattern.startsWith('!')))) return '';
      const hash = createHash('sha256').update(`${dirPath}\0`);
      for (const file of reaching) hash.update(`${file.kind}\0${file.base}\0${file.patterns.join('\n')}\0`);
      return hash.digest('hex').slice(0, 16);
    },
  };
}

/** The innermost file with an opinion decides, each kind by itself. */
function verdict(files: readonly RuleFile[], kind: RuleFile['kind'], path: string, isDirectory: boolean): boolean {
  // Attributes belong to files: a directory is entered, as a later rule may take some of it back.
  if (isDirectory && kind !== 'hefcignore') return false;
  for (let k = files.length - 1; k >= 0; k--) {
    const file = files[k]!;
    const inside = file.kind === kind ? below(file.base, path) : undefined;
    if (!inside) continue;
    const opinion = kind === 'hefcignore' ? ignored(file, isDirectory ? `${inside}/` : inside) : attributed(file, inside);
    if (opinion !== undefined) return opinion;
  }
  return false;
}

function ignored(file: RuleFile, inside: string): boolean | undefined {
  const result = file.matchers[0]!.test(inside);
  return result.ignored ? true : result.unignored ? false : undefined;
}

function attributed(file: RuleFile, inside: string): boolean | undefined {
  const last = file.matchers.findLastIndex((matcher) => matcher.ignores(inside));
  return last < 0 ? undefined : !file.patterns[last]!.startsWith('!');
}

/** `path` relative to `base`; undefined when it is not inside. */
function below(base: string, path: string): string | undefined {
  if (base === '') return path;
  if (path === base) return '';
  return path.startsWith(`${base}/`) ? path.slice(base.length + 1) : undefined;
}
