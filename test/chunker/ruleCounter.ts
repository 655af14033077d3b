/** A counting rule for suites that need no vocabulary: words of up to six letters, runs of blanks, single marks and newlines. */
import type { TokenCounter } from '../../models/types.js';

const TOKEN = /\n|[^\S\n]+|[\p{L}\p{N}_]{1,6}|[^\p{L}\p{N}_\s]/gu;

export function countByRule(text: string): number {
  return text.match(TOKEN)?.length ?? 0;
}

export const ruleCounter: TokenCounter = {
  count: async (texts) => texts.map(countByRule),
};
