/** What each reason code of a completion means. */
import type { CompletionReason } from '../ipc/protocol.js';

export const REASONS: Readonly<Record<CompletionReason, string>> = {
  ok: 'a completion was found',
  'no-suggestion': 'neither the model nor the copy lane had anything to add at this place',
  unsure: 'what there was to offer is less likely to be meant than was asked for (--min-confidence)',
  'not-indexed': 'the repository is not indexed yet and the file alone gave nothing; run: hefc index --wait',
  'file-refused': 'files of this kind (secret-like, binary, or larger than 1 MiB) are never completed',
  deadline: 'the time allowed ran out before the first token; allow more with --timeout',
  cancelled: 'a newer request of the same session replaced this one, or the client hung up',
  disabled: 'completions are switched off in the configuration (enabled: false)',
};
