import type { SkipReason } from './types.js';

/** One sentence for each reason, and what the user can do about it. */
const explanations: Record<SkipReason, string> = {
  binary: 'The content is binary, so there is no text to fuse; nothing needs fixing.',
  minified: 'The lines are too long to be written by hand; if they were, wrap them and commit.',
  generated: 'The file says it is generated, or .gitattributes marks it linguist-generated; unset that attribute to index it.',
  huge: 'The file is larger than the indexing limit; split it, or leave it out.',
  'lfs-pointer': 'Git holds only a Git LFS pointer for this file; take the path out of LFS to index its content.',
  symlink: 'The entry is a symbolic link; its target is indexed where it really lies.',
  gitlink: 'The entry is a submodule; run hefc init inside the submodule to index it.',
  'secret-like': 'The name or content looks like a credential; rename the file if it holds none.',
  ignored: 'A .hefcignore rule leaves the file out; change the rule to index it.',
  'not-utf8': 'The content or the name is not valid UTF-8; convert it to UTF-8 and commit.',
  missing: 'The object is not in this clone (shallow, partial or damaged); run git fetch to get it.',
};

export const skipReasons = Object.keys(explanations) as SkipReason[];

export function explainSkip(reason: SkipReason): string {
  return explanations[reason];
}
