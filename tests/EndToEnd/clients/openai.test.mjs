// The `openai` npm client, unmodified, against `quicpair proxy` at PROXY_URL.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import OpenAI from 'openai';
import { isGivenUp } from './leaving.mjs';

const openai = new OpenAI({ baseURL: `${process.env.PROXY_URL}/v1`, apiKey: 'unused' });
const model = process.env.MODEL;
const request = { model, messages: [{ role: 'user', content: 'Tell me about the river' }], seed: 5, max_tokens: 12 };

const runner = async (path, body) => (await fetch(new URL(path, process.env.RUNNER_URL), {
  ...(body && { method: 'POST', body: JSON.stringify(body) }),
})).json();
// The numbers travel as binary32.
const near = (ours, theirs) => {
  assert.equal(ours.length, theirs.length);
  ours.forEach((number, i) => assert.ok(Math.abs(number - theirs[i]) < 1e-6));
};

test('lists and retrieves the models', async () => {
  const names = [];
  for await (const one of openai.models.list()) names.push(one.id);
  assert.deepEqual(names, [model]);
  assert.equal((await openai.models.retrieve(model)).id, model);
});

test('chats, streaming and not, with the same words', async () => {
  const whole = await openai.chat.completions.create(request);
  const { message, finish_reason: reason } = whole.choices[0];
  assert.equal(message.role, 'assistant');
  assert.ok(message.content.length > 0);
  assert.ok(['stop', 'length'].includes(reason));
  assert.ok(whole.usage.completion_tokens > 0);
  let text = '';
  let usage;
  const stream = await openai.chat.completions.create({
    ...request, stream: true, stream_options: { include_usage: true },
  });
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    usage ??= chunk.usage;
  }
  assert.equal(text, message.content);
  assert.deepEqual(usage, whole.usage);
});

test('embeds with the numbers of the runner', async () => {
  const input = ['the river', 'the old map'];
  const told = await runner('/api/embed', { model, input });
  const { data, usage } = await openai.embeddings.create({ model, input });
  assert.equal(usage.prompt_tokens, told.prompt_eval_count);
  data.forEach(({ embedding }, i) => near(embedding, told.embeddings[i]));
});

test('gets an answer of the form that it asked for', async () => {
  const schema = { type: 'object', required: ['ok'], properties: { ok: { type: 'boolean' } }, additionalProperties: false };
  const { choices } = await openai.chat.completions.create({
    ...request, max_tokens: 100, response_format: { type: 'json_schema', json_schema: { name: 'yes', schema } },
  });
  assert.equal(typeof JSON.parse(choices[0].message.content).ok, 'boolean');
});

test('sends pictures to the byte', async () => {
  const picture = Buffer.from(Uint8Array.from({ length: 1000 }, (_, i) => i % 249));
  await openai.chat.completions.create({
    ...request,
    messages: [{
      role: 'user',
      content: [
        { type: 'text', text: 'Tell me about the river' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${picture.toString('base64')}` } },
      ],
    }],
  });
  const { pictures } = await runner('/requests');
  assert.ok(pictures.includes(createHash('sha256').update(picture).digest('hex')));
});

test('has a tool called, streaming and not', async () => {
  const tool = {
    type: 'function',
    function: {
      name: 'sky',
      description: 'the weather',
      parameters: { type: 'object', required: ['city'], properties: { city: { type: 'string', enum: ['Rome'] } } },
    },
  };
  const asked = { ...request, max_tokens: 200, tools: [tool] };
  const isTheCall = ([call, ...others]) => {
    assert.deepEqual(others, []);
    assert.match(call.id, /^call_./);
    assert.equal(call.type, 'function');
    assert.equal(call.function.name, 'sky');
    assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Rome' });
  };
  const { choices: [{ message, finish_reason: reason }] } = await openai.chat.completions.create(asked);
  assert.equal(message.content, null);
  assert.equal(reason, 'tool_calls');
  isTheCall(message.tool_calls);
  const calls = [];
  let last;
  for await (const { choices: [choice] } of await openai.chat.completions.create({ ...asked, stream: true })) {
    calls.push(...(choice.delta.tool_calls ?? []));
    last = choice.finish_reason;
  }
  assert.equal(calls[0]?.index, 0);
  isTheCall(calls);
  assert.equal(last, 'tool_calls');
});

test('aborts a stream, and the runner stops', async () => {
  await isGivenUp(async (seed) => {
    const stream = await openai.chat.completions.create({ ...request, seed, max_tokens: 5000, stream: true });
    for await (const _ of stream) stream.controller.abort();
    assert.equal(stream.controller.signal.aborted, true);
  });
  assert.ok((await openai.chat.completions.create(request)).choices[0].message.content.length > 0);
});

test('aborts an answer that comes in one piece, and the runner stops', async () => {
  await isGivenUp(async (seed, begun) => {
    const gone = new AbortController();
    const answer = openai.chat.completions.create({ ...request, seed, max_tokens: 5000 }, { signal: gone.signal })
      .then(() => undefined, (error) => error);
    await begun();
    gone.abort();
    const error = await answer;
    if (error) assert.ok(error instanceof OpenAI.APIUserAbortError, String(error));
  });
  assert.ok((await openai.chat.completions.create(request)).choices[0].message.content.length > 0);
});

test('says that it does not know a model as OpenAI does', async () => {
  const refuses = (call, model) => assert.rejects(call, (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError, String(error));
    assert.equal(error.status, 404);
    assert.deepEqual(error.error, {
      message: `The model '${model}' does not exist or you do not have access to it.`,
      type: 'invalid_request_error', param: 'model', code: 'model_not_found',
    });
    return true;
  });
  await refuses(openai.chat.completions.create({ ...request, model: 'absent:1b' }), 'absent:1b');
  await refuses(openai.chat.completions.create({ ...request, model: 'absent:1b', stream: true }), 'absent:1b');
  await refuses(openai.embeddings.create({ model: 'absent:1b', input: 'the river' }), 'absent:1b');
  await refuses(openai.models.retrieve('absent'), 'absent');
});

test('is refused what the proxy does not serve', async () => {
  await assert.rejects(openai.files.list(), { status: 404 });
});
