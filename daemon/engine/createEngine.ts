/** The engine: repositories, their index and their completions in one process, around one inference worker. */
import { createChunker } from '../chunker/chunker.js';
import { completeLines } from '../complete/block.js';
import { createCopySource } from './copySource.js';
import { openRepository } from './openRepository.js';
import { createStorePool } from './storePool.js';
import type { Engine, EngineOptions, EngineRepository } from './types.js';

export async function createEngine(options: EngineOptions): Promise<Engine> {
  const chunker = await createChunker(options.tokens);
  const pool = createStorePool();
  const repositories = new Set<EngineRepository>();
  return {
    inference: options.inference,
    async openRepository(place) {
      const repository = await openRepository(place, options, chunker, pool, (closed) => repositories.delete(closed));
      repositories.add(repository);
      return repository;
    },
    completeAlone(request, how) {
      const copies = createCopySource();
      return completeLines({ inference: options.inference, chooser: options.chooser, tree: undefined, places: () => [], propose: (place) => copies.propose(place), index: { state: 'absent', indexed: 0 } }, request, how);
    },
    async close() {
      await Promise.all([...repositories].map((repository) => repository.close()));
      pool.closeAll();
    },
  };
}
