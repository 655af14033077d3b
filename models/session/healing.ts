import type { Tokenizer } from '../tokenizer.js';

/** Bytes of the last token when the cursor stands inside what would be one token in finished text; else empty. */
export type Healing = (prompt: number[]) => Uint8Array;

const none = new Uint8Array(0);

/**
 * Learns from the tokenizer whether it glues a space or an indent to the word that follows, and returns the rule:
 * the prompt's last token is given up (and the continuation must begin with its bytes) when the text ends within an
 * identifier, or ends with white space that would have been glued to what comes next.
 */
export async function createHealing(tokenizer: Tokenizer): Promise<Healing> {
  const decoder = new TextDecoder();
  const glued = async (text: string): Promise<boolean> => (await tokenizer.encode(text)).some((id) => /^[ \t]+\w/.test(decoder.decode(tokenizer.bytesOf(id))));
  const afterText = await glued('(x): return');
  const afterIndent = await glued('\n    return');
  return (prompt) => {
    const last = prompt.at(-1);
    if (last === undefined || prompt.length < 2) return none;
    const bytes = tokenizer.bytesOf(last);
    const text = decoder.decode(bytes);
    if (/[\p{L}\p{N}_$]$/u.test(text)) return bytes;
    if (!/^[ \t]+$/.test(text)) return none;
    const before = decoder.decode(tokenizer.bytesOf(prompt.at(-2)!));
    return (/[\n\r]$/.test(before) ? afterIndent : afterText) ? bytes : none;
  };
}

/** True when a token may come next although `owed` bytes are still to be repeated: one begins with the other. */
export function pays(token: Uint8Array, owed: Uint8Array): boolean {
  const length = Math.min(token.length, owed.length);
  if (length === 0) return owed.length === 0;
  for (let i = 0; i < length; i++) if (token[i] !== owed[i]) return false;
  return true;
}
