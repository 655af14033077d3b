import type { Tokenizer } from '../tokenizer.js';

/** Bytes of the last token when the cursor stands inside what would be one token in finished text; else empty. */
export type Healing = (prompt: number[]) => Promise<Uint8Array>;

const none = new Uint8Array(0);

/**
 * The rule by which a prompt's last token is given up, its bytes being owed by the continuation: when the text ends
 * within an identifier, or in white space that the tokenizer would have glued to a word coming next.
 */
export function createHealing(tokenizer: Tokenizer): Healing {
  const textOf = (ids: number[]): string => new TextDecoder().decode(Buffer.concat(ids.map((id) => tokenizer.bytesOf(id))));
  return async (prompt) => {
    if (prompt.length < 2) return none;
    const last = prompt.at(-1)!;
    const text = textOf([last]);
    if (/[\p{L}\p{N}_$]$/u.test(text)) return tokenizer.bytesOf(last);
    if (!/^[ \t]+$/.test(text)) return none;
    let start = prompt.length - 1;
    while (start > 0 && /^[ \t]*$/.test(textOf([prompt[start]!]))) start--;
    const tail = prompt.slice(start);
    const continued = await tokenizer.encode(`${textOf(tail)}a`);
    return tail.every((id, i) => continued[i] === id) ? none : tokenizer.bytesOf(last);
  };
}

/** True when a token may come next although `owed` bytes are still to be repeated: one begins with the other. */
export function pays(token: Uint8Array, owed: Uint8Array): boolean {
  const length = Math.min(token.length, owed.length);
  if (length === 0) return owed.length === 0;
  for (let i = 0; i < length; i++) if (token[i] !== owed[i]) return false;
  return true;
}
