// The part of OpenAI's API that QuicPair uses, as serve.mjs has Ollama's: the same llama.cpp and the same model, and
// events in the form of llama-server's. It is not llama-server itself, and lacks what only that adds (times, sizes).
// Prints {"cancelled":n} for the nth answer that it gave up because its client went away.
import { randomUUID } from 'node:crypto';

// Of a chat that says no limit: the model's own end, or this.
const MOST_TOKENS = 16_384;

const plain = (content) => (typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join(''));
const turns = (messages) => messages.map(({ role, content }) => ({ role, content: plain(content) }));
const created = Math.floor(Date.now() / 1000);

/**
 * The routes of the one model `name` of `llama`. `seed` is that of chats that bring none; `read` takes a request's JSON
 * and `reply` sends some.
 */
export function openAi(llama, { name, seed, read, reply }) {
  let cancelled = 0;

  const models = (_, response) =>
    reply(response, 200, { object: 'list', data: [{ id: name, object: 'model', created, owned_by: 'quicpair' }] });

  async function chat(request, response) {
    const asked = await read(request);
    if (asked.model !== name) {
      const message = `model '${asked.model}' not found`;
      return reply(response, 404, {
        error: { message, type: 'invalid_request_error', param: null, code: 'model_not_found' },
      });
    }
    const head = { id: `chatcmpl-${randomUUID()}`, created, model: name };
    const send = (choices, rest) =>
      response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...rest })}\n\n`);
    const delta = (said, reason = null) => send([{ index: 0, delta: said, finish_reason: reason }]);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    if (asked.stream) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      delta({ role: 'assistant', content: null });
    }
    let text = '';
    const options = {
      seed: asked.seed ?? seed, temperature: asked.temperature, num_predict: asked.max_tokens ?? MOST_TOKENS,
    };
    const result = await llama.chat(turns(asked.messages), options, gone.signal, (piece) => {
      text += piece;
      if (asked.stream && !gone.signal.aborted) delta({ content: piece });
    });
    if (gone.signal.aborted) return console.log(JSON.stringify({ cancelled: ++cancelled }));
    const [prompt_tokens, completion_tokens] = [result.prompt_eval_count, result.eval_count];
    const usage = { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
    if (!asked.stream) {
      const message = { role: 'assistant', content: text };
      const choices = [{ index: 0, message, finish_reason: result.done_reason }];
      return reply(response, 200, { ...head, object: 'chat.completion', choices, usage });
    }
    delta({}, result.done_reason);
    if (asked.stream_options?.include_usage) send([], { usage });
    return response.end('data: [DONE]\n\n');
  }

  return { 'GET /v1/models': models, 'POST /v1/chat/completions': chat };
}
