/** A second process that opens the same database and reads one tree many times: `node readerProcess.js FOLDER TREE`. */
import { openStore } from '../../store/open.js';
import { shapes } from './fixtures.js';

const [folder, tree] = process.argv.slice(2);
const store = openStore({ directory: folder!, modelId: 'model-a', chunkerId: 'chunker-1', shapes });
const root = { tree: tree!, scope: '' };
const digests = new Set<string>();
for (let round = 0; round < 30; round++) {
  digests.add(store.digest(root));
  store.openView(root).searchLexical(['load_file0'], 5, '');
}
console.log([...digests].join(' '));
store.close();
