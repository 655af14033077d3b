/**
 * Text as a stream of small numbers. A token is `word << 1 | spaced`: `word` numbers a text of the vocabulary, `spaced`
 * says that one blank precedes it. Longer gaps belong to the text, so that a line is the concatenation of its tokens.
 */
import { detached } from './detached.js';
import { TOKEN } from './scanLine.js';

/** Words that end a line, by the step of indentation to the next one; no word has number 0. */
const SAME = 1;
const DEEPER = 2;
const ONE_OUT = 3;
const FURTHER_OUT = 4;
const LINE_ENDS = 5;
/** Words of one request that the vocabulary lacks are numbered from here on. */
const PASSING = 2 ** 29;
const KEPT_LINES = 20_000;
/** Columns one step out may take. */
const STEP = 4;

export class Vocabulary {
  /** Lines of open buffers, which are asked for again at every key; only lines whose words are all known. */
  readonly lines = new Map<string, readonly number[]>();
  /** [word]: its text. */
  private readonly texts: string[] = Array.from({ length: LINE_ENDS }, () => '');
  private readonly words = new Map<string, number>();

  add(text: string): number {
    let word = this.words.get(text);
    if (word === undefined) {
      word = this.texts.length;
      const own = detached(text);
      this.texts.push(own);
      this.words.set(own, word);
    }
    return word;
  }

  find(text: string): number | undefined {
    return this.words.get(text);
  }

  textOf(word: number): string {
    return this.texts[word]!;
  }

  get size(): number {
    return this.texts.length;
  }
}

/** The vocabulary as one request sees it: what it lacks is numbered for the request alone, so that it never grows by typing. */
export class PassingVocabulary {
  private readonly texts: string[] = [];
  private readonly words = new Map<string, number>();

  constructor(private readonly lasting: Vocabulary) {}

  add(text: string): number {
    const known = this.lasting.find(text) ?? this.words.get(text);
    if (known !== undefined) return known;
    const word = PASSING + this.texts.length;
    this.texts.push(text);
    this.words.set(text, word);
    return word;
  }

  /** Tokens of a line without outer blanks. */
  tokensOf(line: string): readonly number[] {
    const { lines } = this.lasting;
    const known = lines.get(line);
    if (known) return known;
    const passing = this.texts.length;
    const tokens = tokensOf(line, this);
    if (this.texts.length > passing || tokens.some((token) => token >>> 1 >= PASSING)) return tokens;
    if (lines.size >= KEPT_LINES) lines.clear();
    lines.set(detached(line), tokens);
    return tokens;
  }

  /** The line that tokens stand for. */
  lineOf(tokens: readonly number[]): string {
    let line = '';
    for (const token of tokens) {
      const word = token >>> 1;
      line += (token & 1 ? ' ' : '') + (word < PASSING ? this.lasting.textOf(word) : this.texts[word - PASSING]!);
    }
    return line;
  }
}

/** Tokens of a line without outer blanks. */
export function tokensOf(line: string, vocabulary: { add(text: string): number }): number[] {
  const tokens: number[] = [];
  let end = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(line); match; match = TOKEN.exec(line)) {
    const gap = match.index - end;
    const plain = gap === 0 || (gap === 1 && line.charCodeAt(end) === 32);
    tokens.push((vocabulary.add(plain ? match[0] : line.slice(end, match.index) + match[0]) << 1) | (plain ? gap : 0));
    end = TOKEN.lastIndex;
  }
  return tokens;
}

/** The token that ends a line, from the columns of its indentation and of the next one's. */
export function lineEnd(from: number, to: number): number {
  if (to === from) return SAME << 1;
  if (to > from) return DEEPER << 1;
  return (from - to <= STEP ? ONE_OUT : FURTHER_OUT) << 1;
}

export const isLineEnd = (token: number): boolean => token >>> 1 < LINE_ENDS;
