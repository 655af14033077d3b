/** A small repository, indexed, and a real `hefc serve` in it; requests as llama.vim makes them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { connect } from '../../daemon/ipc/client.js';
import { stateFolder } from '../../daemon/ipc/paths.js';
import { makeSurroundings, SHOP, type Surroundings, type TestRepository } from '../daemon/surroundings.js';
import { startServer, type Reply, type Server } from './server.js';

export const PATIENCE = { timeout: 120_000 };
/** Long enough for a busy machine. */
export const TIME = { t_max_prompt_ms: 30_000, t_max_predict_ms: 30_000 };
export const ABOVE = `${SHOP['shop/order.py']}\n\ndef again(basket: Basket):\n    for item in basket.items:\n`;

export interface ServedShop {
  place: Surroundings;
  shop: TestRepository;
  server: Server;
}

export async function serveShop(): Promise<ServedShop> {
  const place = makeSurroundings();
  const shop = place.repository('shop');
  shop.commit(SHOP);
  const daemon = await connect(PATIENCE);
  await daemon.call('index', { repo: shop.root, wait: true }, PATIENCE);
  daemon.close();
  const server = await startServer(['serve', '--port', '0'], shop.root);
  server.token = readFileSync(tokenFile(), 'utf8').trim();
  return { place, shop, server };
}

export const tokenFile = (): string => path.join(stateFolder(), 'http-token');

/** What llama.vim sends at a cursor. */
export const fim = (prompt: string, more: object = {}): object => ({
  id_slot: 0, input_prefix: ABOVE, input_suffix: '\n', input_extra: [], prompt, n_predict: 128, stop: [], n_indent: 8, top_k: 40, top_p: 0.9,
  samplers: ['top_k', 'top_p', 'infill'], stream: false, cache_prompt: true, model: '', ...TIME, ...more,
});

export const message = (reply: Reply): string => reply.json<{ error: { message: string } }>().error.message;
