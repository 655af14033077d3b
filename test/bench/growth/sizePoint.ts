/** What searchAt.ts measures at one size. All times in milliseconds; p50 and p95 are over places of as many files. */

export interface SizeTask {
  /** Work tree whose finished index is copied. */
  repo: string;
  /** Folder of the filled store. */
  directory: string;
  root: { tree: string; scope: string };
  /** Places to complete at, and those of the first `within` files they are drawn from: the same at every size. */
  rounds: number;
  within: number;
}

export interface Spread {
  p50: number;
  p95: number;
}

export interface SizeMeasured {
  /** Opening the store, which reads and checks the whole file, and then the tree. */
  open_ms: number;
  view_ms: number;
  /** What the daemon does in slices after an index: merging the text index, and counting how frequent its terms are. */
  settle_ms: number;
  /** The first search after that, which reads the keys; the model has been used before. */
  first_search_ms: number;
  /** The first proposal, which makes the copy lane's indexes of lines and tokens. */
  copy_index_ms: number;
  /** Resident memory of the process with model and project loaded, with the tree searched, and with the copy lane's indexes. */
  rss_before_mb: number;
  rss_searched_mb: number;
  rss_completed_mb: number;
  /** All of `retrieve`; without the model's run for the query; without places alike, that is the three searches and their merging. */
  retrieve: Spread;
  search: Spread;
  /** Parts of it: the query's vector, postings, keys of chunks, keys of nodes, places that go on like this one. */
  embed: Spread;
  lexical: Spread;
  dense: Spread;
  nodes: Spread;
  like: Spread;
  completion: Spread;
  /** Parts of a completion: what the copy lane proposes, and everything else that is not the model's generation. */
  propose: Spread;
  completion_retrieve: Spread;
  generate: Spread;
  recall_16: number;
  recall_48: number;
}
