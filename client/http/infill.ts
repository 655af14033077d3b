/** llama.cpp's `POST /infill`, as llama.vim and llama.vscode use it. */
import { DEFAULTS, QUIET_BELOW } from '../place.js';
import { inLimits, ownFields, type Answer } from './ask.js';
import { flag, number, readBody, text, texts, type Body } from './body.js';
import { HttpError, sendJson, stream } from './reply.js';
import type { Handler } from './routes.js';

/** Where a client limits the time to write alone; llama.vim's own default for the prompt. */
const PROMPT_MS = 500;

export const infill: Handler = async ({ request, response, signal, asker }) => {
  const body = await readBody(request);
  const above = `${text(body, 'input_prefix') ?? ''}${text(body, 'prompt') ?? ''}`;
  const below = text(body, 'input_suffix') ?? '';
  const maxTokens = number(body, 'n_predict');
  const hints = extraFiles(body);
  const fields = texts(body, 'response_fields');
  const streams = flag(body, 'stream');
  const { named, timeout, confidence = QUIET_BELOW } = ownFields(body, request.headers['x-hefc-file']);
  // Sent to fill the server's cache with pieces of other files; the index has them already.
  if (maxTokens === 0) {
    asker.warm();
    return sendJson(response, only(whole(undefined), fields));
  }
  const limit = timeout ?? timeLimit(body);
  const answer = await asker.ask({ above, below, stops: texts(body, 'stop'), maxTokens, timeout: limit, confidence, named, hints }, {
    signal,
    ...(streams && { onText: (content) => stream(response, { content, tokens: [], stop: false, index: 0 }) }),
  });
  if (!streams) return sendJson(response, only(whole(answer), fields));
  stream(response, only({ ...whole(answer), content: '' }, fields));
  response.end();
};

/** llama.cpp's limits are of the prompt and, from the first token on, of the text. */
function timeLimit(body: Body): number {
  const predict = number(body, 't_max_predict_ms');
  return predict === undefined || predict <= 0 ? DEFAULTS.timeout : inLimits(predict + (number(body, 't_max_prompt_ms') ?? PROMPT_MS))!;
}

function extraFiles(body: Body): string[] {
  const extra = body.input_extra ?? [];
  if (!Array.isArray(extra)) throw new HttpError(400, 'input_extra must be a list of {"filename": …, "text": …}');
  return extra.flatMap((one: unknown) => {
    const { filename } = (one ?? {}) as { filename?: unknown };
    return typeof filename === 'string' ? [filename] : [];
  });
}

/** The whole answer; undefined: nothing was asked for. */
function whole(answer: Answer | undefined): Record<string, unknown> {
  const { tokens = { prefix: 0, suffix: 0, memory: 0, generated: 0 }, ms = { total: 0, retrieve: 0, prefill: 0, decode: 0 } } = answer?.result ?? {};
  const prompt = tokens.prefix + tokens.suffix + tokens.memory;
  return {
    index: 0,
    content: answer?.text ?? '',
    tokens: [],
    stop: true,
    stop_type: answer === undefined ? 'limit' : answer.stop === undefined ? 'eos' : 'word',
    stopping_word: answer?.stop ?? '',
    model: answer?.result.model ?? '',
    has_new_line: answer?.text.includes('\n') ?? false,
    truncated: false,
    tokens_predicted: tokens.generated,
    tokens_evaluated: prompt,
    tokens_cached: prompt,
    timings: { ...pace('prompt', prompt, ms.retrieve + ms.prefill), ...pace('predicted', tokens.generated, ms.decode) },
    ...(answer && { hefc: { lane: answer.result.lane, reason: answer.result.reason, confidence: answer.result.confidence, file: answer.file } }),
  };
}

function pace(name: string, count: number, ms: number): Record<string, number> {
  return { [`${name}_n`]: count, [`${name}_ms`]: ms, [`${name}_per_token_ms`]: ms / Math.max(1, count), [`${name}_per_second`]: (1000 * count) / Math.max(1, ms) };
}

/** Named fields alone, if any are named; `a/b` brings field b of a out under that very name. */
function only(answer: Record<string, unknown>, fields: readonly string[]): Record<string, unknown> {
  if (fields.length === 0) return answer;
  return Object.fromEntries(fields.flatMap((field): [string, unknown][] => {
    const value = field.split('/').reduce<unknown>((found, name) => (found !== null && typeof found === 'object' && Object.hasOwn(found, name) ? (found as Record<string, unknown>)[name] : undefined), answer);
    return value === undefined ? [] : [[field, value]];
  }));
}
