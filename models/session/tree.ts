/** Drafted tokens as a tree: texts that begin alike share their first nodes, so all are run at once. */
export interface DraftTree {
  tokens: number[];
  /** Index of each node's parent, −1 at the root; a parent stands before its children. */
  parents: number[];
  /** 1 for a child of the root. */
  depths: number[];
}

export function emptyTree(): DraftTree {
  return { tokens: [], parents: [], depths: [] };
}

/** The child of `parent` that holds `token`, or −1. */
export function childOf(tree: DraftTree, parent: number, token: number): number {
  for (let node = parent + 1; node < tree.tokens.length; node++) {
    if (tree.parents[node] === parent && tree.tokens[node] === token) return node;
  }
  return -1;
}

/** Adds a path and returns its nodes, one a token. */
export function addPath(tree: DraftTree, tokens: number[]): number[] {
  let parent = -1;
  return tokens.map((token) => {
    let node = childOf(tree, parent, token);
    if (node < 0) {
      node = tree.tokens.push(token) - 1;
      tree.parents.push(parent);
      tree.depths.push(parent < 0 ? 1 : tree.depths[parent]! + 1);
    }
    parent = node;
    return node;
  });
}

/** Number of nodes addPath would add. */
export function growth(tree: DraftTree, tokens: number[]): number {
  let parent = -1;
  for (const [i, token] of tokens.entries()) {
    const node = childOf(tree, parent, token);
    if (node < 0) return tokens.length - i;
    parent = node;
  }
  return 0;
}
