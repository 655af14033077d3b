/** The lexical view of one line that hashing by shape and renaming share: blanks dropped, the same rules for every language. */

export type TokenKind = 'word' | 'keyword' | 'number' | 'string' | 'mark';

export interface LineToken {
  kind: TokenKind;
  text: string;
}

/** Words that carry a line's structure in any of the languages we read; they survive abstraction. */
const KEYWORDS: ReadonlySet<string> = new Set(`abstract and as assert async await break case catch class const continue
  def default defer del do elif else enum except export extends extern false False final finally fn for from func
  function get global go if impl implements import in instanceof interface is lambda let loop match mod mut namespace
  new nil None nonlocal not null of or package pass private protected pub public raise readonly return select self set
  static struct super switch template this throw throws trait true True try type typedef typeof undefined union unless
  unsafe use using var void where while with yield`.split(/\s+/));

/** Word, number, string, or any other character; stateful, so set lastIndex first. */
export const TOKEN = /([\p{L}_$][\p{L}\p{N}_$]*)|(\p{N}[\p{L}\p{N}_.]*)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)|\S/gu;

export function scanLine(line: string): LineToken[] {
  const tokens: LineToken[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(line); match; match = TOKEN.exec(line)) {
    const text = match[0];
    let kind: TokenKind = 'mark';
    if (match[1] !== undefined) kind = KEYWORDS.has(text) ? 'keyword' : 'word';
    else if (match[2] !== undefined) kind = 'number';
    else if (match[3] !== undefined) kind = 'string';
    tokens.push({ kind, text });
  }
  return tokens;
}

/** Replaces the words and strings of a line that stand in the map; blanks and everything else stay. */
export function renameLine(line: string, renaming: ReadonlyMap<string, string>): string {
  return line.replace(TOKEN, (text: string, word: string | undefined, _number: string | undefined, string: string | undefined) =>
    word !== undefined || string !== undefined ? renaming.get(text) ?? text : text);
}

/** Columns of leading blanks, a tab counting four. */
export function indentOf(line: string): number {
  let columns = 0;
  for (let i = 0; i < line.length; i++) {
    const char = line.charCodeAt(i);
    if (char === 32) columns++;
    else if (char === 9) columns += 4;
    else break;
  }
  return columns;
}
