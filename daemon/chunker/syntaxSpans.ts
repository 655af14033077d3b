/** Where the syntax nodes of more than one line begin and end: all that the packing of lines needs of a tree. */

type Tree = NonNullable<ReturnType<InstanceType<typeof import('@vscode/tree-sitter-wasm').Parser>['parse']>>;

/** Parallel arrays; span k covers the 0-based lines first[k]..last[k], inclusive, with first < last. Outer before inner. */
export interface Spans {
  first: number[];
  last: number[];
}

/** Walks a tree without its one-line nodes. Nodes that cover the same lines count once; the root does not count. */
export function syntaxSpans(tree: Tree): Spans {
  const spans: Spans = { first: [], last: [] };
  const cursor = tree.walk();
  try {
    if (!cursor.gotoFirstChild()) return spans;
    const enclosing: number[] = [];
    for (;;) {
      const first = cursor.startPosition.row;
      const end = cursor.endPosition;
      const last = end.column === 0 ? end.row - 1 : end.row;
      const outer = enclosing.at(-1) ?? -1;
      if (last > first) {
        let self = outer;
        if (outer < 0 || spans.first[outer] !== first || spans.last[outer] !== last) {
          self = spans.first.length;
          spans.first.push(first);
          spans.last.push(last);
        }
        if (cursor.gotoFirstChild()) {
          enclosing.push(self);
          continue;
        }
      }
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent() || enclosing.length === 0) return spans;
        enclosing.pop();
      }
    }
  } finally {
    cursor.delete();
  }
}
