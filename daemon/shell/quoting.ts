/** A shell's quoting, as far as finding the ends of commands needs it. */

export interface CutPoint {
  /** Of the operator. */
  start: number;
  end: number;
}

const ALL_OPERATORS = ['&&', '||', ';', '|', '&', '\n', '('] as const;

interface Scan {
  /** Operators outside quotes, in order. */
  cuts: CutPoint[];
  /** Where a comment begins; the text's length without one. */
  comment: number;
  /** Quotes and parentheses open at the end, outermost first. */
  open: string[];
  /** Start of the innermost command that is still open at the end. */
  innermost: number;
}

function scan(text: string, operators: readonly string[]): Scan {
  const cuts: CutPoint[] = [];
  const open: string[] = [];
  const starts: number[] = [];
  let innermost = 0;
  const enter = (closer: string, start: number): void => {
    open.push(closer);
    starts.push(innermost);
    innermost = start;
  };
  const leave = (): void => {
    open.pop();
    innermost = starts.pop()!;
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const inside = open.at(-1);
    if (inside === "'") {
      if (c === "'") leave();
      continue;
    }
    if (c === '\\') {
      i++;
      continue;
    }
    if (c === '`') {
      if (inside === '`') leave();
      else enter('`', i + 1);
      continue;
    }
    if (c === '$' && text[i + 1] === '(') {
      i++;
      enter(')', i + 1);
      continue;
    }
    if (inside === '"') {
      if (c === '"') leave();
      continue;
    }
    if (c === '"' || c === "'") {
      enter(c, innermost);
      continue;
    }
    if (c === '#' && (i === 0 || /\s/.test(text[i - 1]!))) {
      const end = text.indexOf('\n', i);
      if (end < 0) return { cuts, comment: i, open, innermost };
      i = end - 1;
      continue;
    }
    if (c === ')' && inside === ')') {
      leave();
      continue;
    }
    if (c === '&' && (text[i - 1] === '>' || text[i + 1] === '>')) continue;
    const operator = operators.find((one) => text.startsWith(one, i));
    if (operator !== undefined && open.length === 0) cuts.push({ start: i, end: i + operator.length });
    const any = ALL_OPERATORS.find((one) => text.startsWith(one, i));
    if (any === undefined) continue;
    if (any === '(') enter(')', i + 1);
    else innermost = i + any.length;
    i += any.length - 1;
  }
  return { cuts, comment: text.length, open, innermost };
}

/** Where these operators stand, outside quotes and parentheses. */
export function cutPoints(text: string, operators: readonly string[]): CutPoint[] {
  return scan(text, operators).cuts;
}

export function withoutComment(text: string): string {
  return text.slice(0, scan(text, []).comment);
}

/** Are all quotes and parentheses closed, and no closing one too many? */
export function isWhole(text: string): boolean {
  return scan(text, []).open.length === 0 && (text.match(/\(/g)?.length ?? 0) >= (text.match(/\)/g)?.length ?? 0);
}

/** Is a quote open at the end? */
export function isInQuote(text: string): boolean {
  return /['"`]/.test(scan(text, []).open.at(-1) ?? '');
}

/** Words before which another command stands. */
const PREFIX = /^(?:(?:sudo|time|env|nohup|exec|command|then|do|else|if|while|until|!|\{)\s+|[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"'`$(]*)\s+)/;

/**
 * Where the command that is being typed at the end of `text` may be said to begin, the longest first: the whole text, the
 * last command in it (after `&&`, `|`, `$(` and the like), and that without `sudo`, assignments and keywords.
 */
export function commandStarts(text: string): number[] {
  const blanks = (at: number): number => at + /^\s*/.exec(text.slice(at))![0].length;
  const { innermost, comment } = scan(text, []);
  if (comment < text.length) return [];
  const starts = new Set([0, blanks(innermost)]);
  for (let at = blanks(innermost); ; ) {
    const prefix = PREFIX.exec(text.slice(at))?.[0];
    if (prefix === undefined) return [...starts];
    starts.add((at += prefix.length));
  }
}
