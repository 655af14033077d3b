/** OpenAI's `POST /v1/completions` with `suffix`, and `GET /v1/models`. */
import { DEFAULTS } from '../place.js';
import { ownFields, type Answer } from './ask.js';
import { flag, number, object, readBody, text, texts } from './body.js';
import { takeApart } from './fimPrompt.js';
import { HttpError, sendJson, stream } from './reply.js';
import type { Handler } from './routes.js';

const STATUS_MS = 10_000;

export const completions: Handler = async ({ request, response, signal, asker }) => {
  const body = await readBody(request);
  if (body.prompt === undefined) throw new HttpError(400, 'prompt is missing; send the text above the cursor as a string');
  const [prompt = '', ...more] = texts(body, 'prompt');
  if (more.length > 0) throw new HttpError(400, 'prompt must be one string; send a request for each of several');
  if ((number(body, 'n') ?? 1) !== 1) throw new HttpError(400, 'n must be 1: there is one completion of a place');
  const suffix = text(body, 'suffix') ?? '';
  const parts = (suffix === '' ? takeApart(prompt) : undefined) ?? { above: prompt, below: suffix, files: [] };
  const { named, timeout = DEFAULTS.timeout, confidence = 0 } = ownFields(body, request.headers['x-hefc-file']);
  const maxTokens = number(body, 'max_tokens');
  const streams = flag(body, 'stream');
  const withUsage = flag(object(body, 'stream_options'), 'include_usage');
  const stops = texts(body, 'stop');
  const echo = flag(body, 'echo') ? prompt : '';
  const head = { id: `cmpl-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`, object: 'text_completion', created: Math.floor(Date.now() / 1000) };
  const choice = (written: string, finish: string | null): object => ({ text: written, index: 0, logprobs: null, finish_reason: finish });

  const asked = { above: parts.above, below: parts.below, stops, maxTokens, timeout, confidence, named, hints: parts.files };
  let model = text(body, 'model') ?? 'hefc';
  if (streams && echo !== '') stream(response, { ...head, model, choices: [choice(echo, null)] });
  const answer = maxTokens === 0 ? undefined : await asker.ask(asked, {
    signal,
    ...(streams && { onText: (piece) => stream(response, { ...head, model, choices: [choice(piece, null)] }) }),
  });
  model = answer?.result.model ?? model;
  const finish = answer === undefined || (maxTokens !== undefined && answer.result.tokens.generated >= maxTokens) ? 'length' : 'stop';
  const own = answer && { hefc: { lane: answer.result.lane, reason: answer.result.reason, confidence: answer.result.confidence, file: answer.file } };
  if (!streams) return sendJson(response, { ...head, model, choices: [choice(echo + (answer?.text ?? ''), finish)], usage: usage(answer), ...own });
  stream(response, { ...head, model, choices: [choice('', finish)], ...own });
  if (withUsage) stream(response, { ...head, model, choices: [], usage: usage(answer) });
  stream(response, '[DONE]');
  response.end();
};

function usage(answer: Answer | undefined): object {
  const { prefix = 0, suffix = 0, memory = 0, generated = 0 } = answer?.result.tokens ?? {};
  const prompt = prefix + suffix + memory;
  return { prompt_tokens: prompt, completion_tokens: generated, total_tokens: prompt + generated };
}

export const models: Handler = async ({ response, link }) => {
  const { daemon } = await link.call('status', {}, { timeout: STATUS_MS });
  sendJson(response, { object: 'list', data: [{ id: daemon.model, object: 'model', created: 0, owned_by: 'hefc' }] });
};
