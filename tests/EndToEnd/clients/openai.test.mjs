// The `openai` npm client, unmodified, against `quicpair proxy` at PROXY_URL.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import OpenAI from 'openai';

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

test('aborts', async () => {
  const stream = await openai.chat.completions.create({ ...request, max_tokens: 5000, stream: true });
  for await (const _ of stream) stream.controller.abort();
  assert.equal(stream.controller.signal.aborted, true);
  assert.ok((await openai.chat.completions.create(request)).choices[0].message.content.length > 0);
});

test('says that it does not know a model as OpenAI does', async () => {
  await assert.rejects(openai.chat.completions.create({ ...request, model: 'absent:1b' }), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.status, 404);
    assert.equal(error.code, 'model_not_found');
    assert.equal(error.type, 'invalid_request_error');
    assert.match(error.message, /absent:1b/);
    return true;
  });
});

test('is refused what the proxy does not serve', async () => {
  await assert.rejects(openai.files.list(), { status: 404 });
});
