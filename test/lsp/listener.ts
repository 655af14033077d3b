/** What the server sends to the daemon, seen at the socket by a listener in the daemon's place. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CompleteParams, CompleteResult } from '../../daemon/ipc/protocol.js';
import { serve, type Wire } from '../../daemon/ipc/transport.js';

export interface Listener {
  /** An empty folder; HEFC_HOME and HOME for the server. */
  home: string;
  environment: NodeJS.ProcessEnv;
  /** All that came, in turn. */
  calls: { id: number; method: string; params: CompleteParams }[];
  /** The answer to `complete`; undefined: none comes. */
  answer: (params: CompleteParams) => Partial<CompleteResult> | undefined;
  /** Completions that came. */
  completions(): CompleteParams[];
  end(): Promise<void>;
}

const RESULT: CompleteResult = {
  text: 'x', lane: 'model', reason: 'ok', confidence: 0.5, model: 'nano', context: 'hef',
  tokens: { prefix: 1, suffix: 0, memory: 0, pasted: 0, generated: 1, drafted: 0, accepted: 0 },
  nodes: [],
  ms: { total: 1, queue: 0, retrieve: 0, prefill: 0, decode: 0 },
};

export const completion = (text: string): CompleteResult => ({ ...RESULT, text });

/** `given`: the home of a listener that has ended. */
export async function listen(given?: string): Promise<Listener> {
  const home = given ?? realpathSync(mkdtempSync(path.join(tmpdir(), 'hefc-l-')));
  mkdirSync(path.join(home, 'run'), { recursive: true });
  chmodSync(path.join(home, 'run'), 0o700);
  const listener: Listener = {
    home,
    environment: { HEFC_HOME: home, HOME: home },
    calls: [],
    answer: () => ({}),
    completions: () => listener.calls.filter(({ method }) => method === 'complete').map(({ params }) => params),
    async end() {
      await server.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
  const server = await serve(path.join(home, 'run', 'daemon.sock'), (wire: Wire) => {
    wire.onMessage = (message) => {
      const call = message as Listener['calls'][number];
      listener.calls.push(call);
      if (call.method === 'status') return wire.send({ id: call.id, error: { code: 'not-a-repository', message: 'none here' } });
      const result = call.method === 'complete' ? listener.answer(call.params) : {};
      if (result !== undefined) wire.send({ id: call.id, result: call.method === 'complete' ? { ...RESULT, ...result } : result });
    };
  });
  return listener;
}
