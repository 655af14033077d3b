/**
 * Prompts in which a client has marked prefix and suffix with the special tokens of the model it believes to talk to,
 * because many servers do not know `suffix`: they are taken apart again.
 */
export interface TakenApart {
  above: string;
  below: string;
  /** Names of files that stand before the prefix, as prompts of whole repositories have them; the last is the edited one. */
  files: string[];
}

type Marks = readonly [string, string, string];

/** Prefix, suffix, middle. */
const PREFIX_FIRST: readonly Marks[] = [
  ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'],
  ['<fim_prefix>', '<fim_suffix>', '<fim_middle>'],
  ['<fim-prefix>', '<fim-suffix>', '<fim-middle>'],
  ['<｜fim▁begin｜>', '<｜fim▁hole｜>', '<｜fim▁end｜>'],
  ['<|code_prefix|>', '<|code_suffix|>', '<|code_middle|>'],
  ['<PRE> ', ' <SUF>', ' <MID>'],
];
/** Suffix, prefix, middle. */
const SUFFIX_FIRST: readonly Marks[] = [
  ['[SUFFIX]', '[PREFIX]', ''],
  ['<|fim_suffix|>', '<|fim_prefix|>', '<|fim_middle|>'],
  ['<fim_suffix>', '<fim_prefix>', '<fim_middle>'],
  ['<|code_suffix|>', '<|code_prefix|>', '<|code_middle|>'],
];

/** undefined: a prompt without such marks. */
export function takeApart(prompt: string): TakenApart | undefined {
  for (const marks of PREFIX_FIRST) {
    const found = between(prompt, marks);
    if (found) return { above: found.first, below: found.second, files: filesIn(found.head) };
  }
  for (const marks of SUFFIX_FIRST) {
    const found = between(prompt, marks);
    if (found) return { above: found.second, below: found.first, files: filesIn(found.head) };
  }
  return undefined;
}

function between(prompt: string, [begin, middle, end]: Marks): { head: string; first: string; second: string } | undefined {
  const at = prompt.indexOf(begin);
  const mid = at < 0 ? -1 : prompt.indexOf(middle, at + begin.length);
  // What follows the last mark is the chat frame that some models want.
  const last = mid < 0 ? -1 : end === '' ? prompt.length : prompt.lastIndexOf(end);
  if (last < mid + middle.length || mid < 0) return undefined;
  return { head: prompt.slice(0, at), first: prompt.slice(at + begin.length, mid), second: prompt.slice(mid + middle.length, last) };
}

function filesIn(head: string): string[] {
  return [...head.matchAll(/(?:<\|?file_sep\|?>|^\+{5} |^###PATH:)\s*([^\n<]{1,300})(?:\n|$)/gm)].map(([, name]) => name!.trim());
}
