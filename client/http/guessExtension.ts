/** The extension of a file that only its text is known of, for the parts of a completion that depend on the language. */
const SIGNS: readonly [string, readonly RegExp[]][] = [
  ['py', [/^\s*def \w+\(.*\)(?: ->.*)?:\s*$/m, /^\s*(?:from [\w.]+ )?import [\w., *]+$/m, /^\s*(?:elif .*|class \w+(?:\(.*\))?|else|try|with .*):\s*$/m, /\bself\.\w/]],
  ['go', [/^package \w+$/m, /^func (?:\(\w+ \*?\w+\) )?\w+\(/m, /\w+ := /, /^import \($/m]],
  ['rs', [/\bfn \w+(?:<.*>)?\(.*\)/, /\blet mut \w/, /^\s*(?:pub )?(?:impl|mod|use) [\w:{<]/m, /->\s*(?:Result|Option|Self|&)/]],
  ['java', [/^\s*(?:public|private|protected) (?:static |final )*[\w<>[\]]+ \w+\(/m, /^package [\w.]+;$/m, /^import (?:static )?[\w.*]+;$/m, /\bpublic (?:final )?(?:class|interface|enum) \w/]],
  ['cpp', [/^#include <\w+>$/m, /\bstd::\w/, /^\s*(?:template\s*<|namespace \w*)/m, /\w+::\w+\(/]],
  ['c', [/^#include [<"][\w/.]+\.h[>"]/m, /^#(?:define|ifdef|ifndef) \w/m, /\w+ \*\w+[,;)]/, /->\w+/]],
  ['ts', [/\b(?:const|let|function) \w+.*: (?:string|number|boolean|void|\w+\[\])/, /^\s*(?:export )?(?:interface|type) \w+/m, /^import (?:type )?.* from '.*';?$/m, /\b(?:private|readonly) \w+[:(]/]],
  ['js', [/\b(?:const|let|var) \w+ = /, /\bfunction \w*\(/, /=> [{(\w]/, /\brequire\(['"]/, /^\s*(?:import|export) /m]],
];
/** One sign alone is chance. */
const FEWEST = 2;

/** 'txt' where nothing tells. Of languages with equally many signs the first in the table. */
export function guessExtension(text: string): string {
  const scored = SIGNS.map(([extension, signs]) => ({ extension, score: signs.filter((sign) => sign.test(text)).length }));
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  return best.score >= FEWEST ? best.extension : 'txt';
}
