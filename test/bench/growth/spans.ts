/** Times of the parts of a completion, taken around what it is handed, so that nothing of it is changed. */
import type { CompletionSource } from '../../../daemon/complete/complete.js';
import type { TreeView } from '../../../store/types.js';

const PARTS = ['embed', 'like', 'lexical', 'dense', 'nodes', 'propose'] as const;
export type Part = (typeof PARTS)[number];

export interface Spans {
  /** Milliseconds of each part since the last call, which starts at zero again. */
  take(): Record<Part, number>;
  source: CompletionSource & { tree: NonNullable<CompletionSource['tree']> };
}

export function timedParts(source: CompletionSource & { tree: NonNullable<CompletionSource['tree']> }): Spans {
  const nothing = (): Record<Part, number> => ({ embed: 0, like: 0, lexical: 0, dense: 0, nodes: 0, propose: 0 });
  let spent = nothing();
  const around = <A extends unknown[], R>(part: Part, work: (...given: A) => R) => (...given: A): R => {
    const began = performance.now();
    const add = (): void => void (spent[part] += performance.now() - began);
    const result = work(...given);
    if (result instanceof Promise) void result.finally(add).catch(() => undefined);
    else add();
    return result;
  };
  const { tree, inference } = source;
  const view: TreeView = {
    ...tree.view,
    searchLexical: around('lexical', tree.view.searchLexical),
    searchChunks: around('dense', tree.view.searchChunks),
    searchNodes: around('nodes', tree.view.searchNodes),
  };
  return {
    take() {
      const taken = spent;
      spent = nothing();
      return taken;
    },
    source: {
      ...source,
      inference: { ...inference, embedQuery: around('embed', inference.embedQuery) },
      tree: { ...tree, view },
      places: around('like', source.places),
      propose: around('propose', source.propose),
    },
  };
}
