/** What each reason of a completion means to the person who asked for it. */
import type { CompletionReason } from '../daemon/ipc/protocol.js';

export const REASONS: Readonly<Record<CompletionReason, string>> = {
  ok: 'a completion was found',
  'no-suggestion': 'neither the model nor the copy lane had anything to add here',
  unsure: 'nothing likely enough was found; allow less with --min-confidence',
  'not-indexed': 'this repository is not indexed yet; run: hefc index --wait',
  'file-refused': 'files of this kind (secret-like, binary, or too large) are never completed',
  deadline: 'the time ran out before the first token; allow more with --timeout',
  cancelled: 'the request was cancelled or replaced by a newer one',
  disabled: 'completions are switched off in the configuration; set "enabled": true in it',
};
