/** A suggestion that was typed along: what is left of it, without asking anyone. */

export interface Asked {
  /** The document's text and the cursor in it, in UTF-16 code units, when the suggestion was made. */
  text: string;
  offset: number;
}

export interface Left {
  /** What still belongs at the cursor. */
  text: string;
  /** How many characters right of the cursor it replaces: the second halves of pairs that the editor wrote by itself. */
  over: number;
}

const SECOND_HALVES = /^[)\]}>"'`]*$/;

/** undefined: something else was written, or nothing is left. */
export function typedAlong(asked: Asked, suggestion: string, now: Asked): Left | undefined {
  if (now.offset < asked.offset || !now.text.startsWith(asked.text.slice(0, asked.offset))) return undefined;
  const typed = now.text.slice(asked.offset, now.offset).replaceAll('\r\n', '\n');
  const rest = suggestion.replaceAll('\r\n', '\n');
  if (!rest.startsWith(typed) || typed.length === rest.length) return undefined;
  const over = now.text.length - now.offset - (asked.text.length - asked.offset);
  if (over < 0 || now.text.slice(now.offset + over) !== asked.text.slice(asked.offset)) return undefined;
  const halves = now.text.slice(now.offset, now.offset + over);
  const left = rest.slice(typed.length);
  return SECOND_HALVES.test(halves) && left.trimEnd().endsWith(halves) ? { text: left, over } : undefined;
}
