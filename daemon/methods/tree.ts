/** What the index holds of the current commit, as a tree with sums, cut to what a page can draw. */
import { explainSkip } from '../../store/skips.js';
import type { SkipReason } from '../../store/types.js';
import type { EngineRepository } from '../engine/types.js';
import { settle, surveyTree, type SurveyedDirectory, type SurveyedFile } from '../indexer/survey.js';
import { CallError } from '../ipc/errors.js';
import type { TreeNode } from '../ipc/protocol.js';
import { locate, type Handler } from './context.js';

const DEFAULT_LIMIT = 2000;
const LARGEST_LIMIT = 20_000;
/** In a drawing a file counts no more bytes than this, or one large file would hide all others; and no fewer, to be seen. */
const MOST = 64 * 1024;
const LEAST = 256;

/** The tree last surveyed, by repository: it is asked for again and again while it is indexed. */
const surveys = new WeakMap<EngineRepository, { tree: string; root: Promise<SurveyedDirectory> }>();

function survey(repository: EngineRepository, tree: string): Promise<SurveyedDirectory> {
  const known = surveys.get(repository);
  if (known?.tree === tree) return known.root;
  const root = surveyTree(repository.objects, tree);
  surveys.set(repository, { tree, root });
  root.catch(() => surveys.delete(repository));
  return root;
}

export const tree: Handler<'tree'> = async (daemon, { params: { repo, path = '', limit = DEFAULT_LIMIT } }) => {
  if (typeof path !== 'string') throw new CallError('usage', 'the path of a folder must be a string');
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_LIMIT) throw new CallError('usage', `the limit must be a whole number from 1 to ${LARGEST_LIMIT}`);
  const place = await locate(repo);
  const root = place.worktree ?? place.gitDir;
  const served = await daemon.repositories.openSetUp(place);
  const head = await served?.repository.objects.head();
  if (!served || head?.commit == null) return { root, commit: null, tree: null, reasons: {} };
  const { repository, schedule } = served;
  const top = await repository.objects.rootTree(head.commit);
  const surveyed = await survey(repository, top.tree);
  await settle(surveyed, repository.store, schedule.state().state === 'indexing' ? null : repository.current());
  const wanted = below(surveyed, path);
  if (wanted === undefined) throw new CallError('usage', `there is no folder ${JSON.stringify(path)} in the current commit`);
  const drawn = cut(wanted, limit);
  const reasons = Object.fromEntries(Object.keys(drawn.refused).map((reason) => [reason, explainSkip(reason as SkipReason)]));
  return { root, commit: head.commit, tree: drawn, reasons };
};

function below(directory: SurveyedDirectory, path: string): SurveyedDirectory | undefined {
  let found: SurveyedDirectory | undefined = directory;
  for (const name of path.split('/').filter((part) => part !== '')) found = found?.directories.find((inner) => inner.name === name);
  return found;
}

function summed(own: Pick<TreeNode, 'name' | 'kind' | 'node'>, children: readonly TreeNode[]): TreeNode {
  const sum: TreeNode = { ...own, files: 0, fused: 0, waiting: 0, refused: {}, bytes: 0, weight: 0, children: [...children] };
  for (const child of children) {
    for (const name of ['files', 'fused', 'waiting', 'bytes', 'weight'] as const) sum[name] += child[name];
    for (const [reason, count] of Object.entries(child.refused)) sum.refused[reason] = (sum.refused[reason] ?? 0) + count;
  }
  return sum;
}

function fileNode({ name, bytes, state }: SurveyedFile): TreeNode {
  const refused = state !== 'fused' && state !== 'waiting';
  return {
    name, kind: 'file', files: 1, fused: state === 'fused' ? 1 : 0, waiting: state === 'waiting' ? 1 : 0, refused: refused ? { [state]: 1 } : {},
    bytes, weight: Math.max(LEAST, Math.min(MOST, bytes)),
  };
}

function directoryNode(directory: SurveyedDirectory): TreeNode {
  const children = [...directory.directories.map(directoryNode), ...directory.files.map(fileNode)].sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1));
  const [only] = children;
  // A chain of folders is drawn as one.
  return directory.name !== '' && children.length === 1 && only!.kind === 'directory' ? { ...only!, name: `${directory.name}/${only!.name}`, node: directory.node && only!.node === true } : summed({ name: directory.name, kind: 'directory', node: directory.node }, children);
}

/** Opens the heaviest directories first until the limit is reached; those that stay closed have no children. */
function cut(directory: SurveyedDirectory, limit: number): TreeNode {
  const top = directoryNode({ ...directory, name: '' });
  if (top.children!.length > limit) top.children = [...top.children!.slice(0, limit - 1), rest(top.children!.slice(limit - 1))];
  const folders: TreeNode[] = [];
  const collect = (node: TreeNode): void => {
    if (node.children === undefined) return;
    folders.push(node);
    node.children.forEach(collect);
  };
  collect(top);
  // No child is heavier than its parent, which comes first of equals.
  folders.sort((a, b) => b.weight - a.weight);
  const shown = new Set([top]);
  let nodes = 1;
  for (const folder of folders) {
    const { children } = folder;
    if (!shown.has(folder) || (folder !== top && nodes + children!.length > limit)) {
      delete folder.children;
      continue;
    }
    nodes += children!.length;
    for (const child of children!) shown.add(child);
  }
  return top;
}

/** The lightest of too many children, as one. */
function rest(children: readonly TreeNode[]): TreeNode {
  const { children: _, ...sum } = summed({ name: `${children.length} more`, kind: 'file' }, children);
  return sum;
}
