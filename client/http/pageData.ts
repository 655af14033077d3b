/** What the page of `hefc ui` asks for. Without a daemon each answer is `{"daemon": null}`: it starts at the next completion. */
import { readEditorCounts } from '../editorCounts.js';
import { REASONS } from '../reasons.js';
import { observe } from './observe.js';
import { HttpError, sendJson } from './reply.js';
import type { Handler } from './routes.js';

const NONE = { daemon: null };

export const status: Handler = async ({ response, asker }) => {
  const found = await observe('status', { repo: asker.root });
  sendJson(response, found === undefined ? NONE : { ...found, editor: readEditorCounts() });
};

export const recent: Handler = async ({ response, asker }) => {
  const found = await observe('recent', { repo: asker.root });
  sendJson(response, found === undefined ? NONE : { ...found, reasons: REASONS });
};

export const tree: Handler = async ({ response, url, asker }) => {
  const limit = url.searchParams.get('limit');
  if (limit !== null && !/^\d{1,6}$/.test(limit)) throw new HttpError(400, 'limit must be a whole number');
  sendJson(response, (await observe('tree', { repo: asker.root, path: url.searchParams.get('path') ?? '', ...(limit !== null && { limit: Number(limit) }) })) ?? NONE);
};
