/** Reads the two linguist attributes of a `.gitattributes` text as gitignore lines. */

export const LINGUIST = ['linguist-generated', 'linguist-vendored'] as const;

/**
 * The rules of one attribute. `pattern linguist-generated` (or `=true`) refuses; `-linguist-generated`,
 * `!linguist-generated` and `=false` take it back. As in Git, attribute patterns have no negation and `dir/` matches
 * nothing; unlike Git, a pattern that names a directory refuses what lies in it, which is what its author meant.
 */
export function attributeRules(text: string, name: (typeof LINGUIST)[number]): string[] {
  const rules: string[] = [];
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith('[attr]')) continue;
    const quoted = /^"((?:[^"\\]|\\.)*)"\s*/.exec(line);
    const pattern = quoted ? quoted[1]!.replace(/\\(.)/g, '$1') : line.split(/\s+/, 1)[0]!;
    const attributes = line.slice(quoted ? quoted[0].length : pattern.length).trim().split(/\s+/);
    if (pattern.startsWith('!') || pattern.endsWith('/')) continue;
    for (const attribute of attributes) {
      const set = stateOf(attribute, name);
      if (set !== undefined) rules.push(set ? escapeHash(pattern) : `!${pattern}`);
    }
  }
  return rules;
}

/** True when the attribute is set, false when it is taken back, undefined for any other attribute. */
function stateOf(attribute: string, name: string): boolean | undefined {
  const match = /^([-!]?)([^=]+)(?:=(.*))?$/.exec(attribute);
  if (!match || match[2] !== name) return undefined;
  return match[1] === '' && !/^(?:false|0)$/i.test(match[3] ?? 'true');
}

function escapeHash(pattern: string): string {
  return pattern.startsWith('#') ? `\\${pattern}` : pattern;
}
