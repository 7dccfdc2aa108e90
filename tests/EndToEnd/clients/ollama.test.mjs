// The `ollama` npm client, unmodified, against `quicpair proxy` at PROXY_URL.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { Ollama } from 'ollama';
import { isGivenUp } from './leaving.mjs';

const ollama = new Ollama({ host: process.env.PROXY_URL });
const model = process.env.MODEL;
const messages = [{ role: 'user', content: 'Tell me about the river' }];
const options = { seed: 5, num_predict: 12 };

const runner = async (path, body) => (await fetch(new URL(path, process.env.RUNNER_URL), {
  ...(body && { method: 'POST', body: JSON.stringify(body) }),
})).json();
// The numbers travel as binary32.
const near = (ours, theirs) => {
  assert.equal(ours.length, theirs.length);
  ours.forEach((number, i) => assert.ok(Math.abs(number - theirs[i]) < 1e-6));
};

test('lists the models and says its version', async () => {
  const { models } = await ollama.list();
  assert.deepEqual(models.map((one) => one.name), [model]);
  assert.match((await ollama.version()).version, /^\d+\.\d+\.\d+$/);
});

test('chats, streaming and not, with the same words', async () => {
  const whole = await ollama.chat({ model, messages, options });
  assert.equal(whole.done, true);
  assert.ok(whole.message.content.length > 0);
  assert.ok(whole.eval_count > 0);
  let text = '';
  let last;
  for await (const part of await ollama.chat({ model, messages, options, stream: true })) {
    text += part.message.content;
    last = part;
  }
  assert.equal(text, whole.message.content);
  assert.equal(last.done, true);
});

test('generates, and finds the model without its tag', async () => {
  const bare = model.replace(/:latest$/, '');
  const answer = await ollama.generate({ model: bare, prompt: messages[0].content, options });
  assert.ok(answer.response.length > 0);
  assert.equal(answer.model, bare);
});

test('shows what the runner knows of the model, and that it is in memory', async () => {
  const told = await runner('/api/show', { model });
  const shown = await ollama.show({ model });
  assert.deepEqual(shown.capabilities, told.capabilities);
  assert.equal(shown.details.family, told.details.family);
  assert.equal(shown.details.parameter_size, told.details.parameter_size);
  assert.equal(shown.model_info['llama.context_length'], told.model_info['llama.context_length']);
  const { models } = await ollama.ps();
  assert.deepEqual(models.map((one) => one.name), [model]);
  await assert.rejects(ollama.show({ model: 'absent:1b' }), { status_code: 404, error: "model 'absent:1b' not found" });
});

test('embeds with the numbers of the runner', async () => {
  const input = ['the river', 'the old map'];
  const told = await runner('/api/embed', { model, input });
  const { embeddings } = await ollama.embed({ model, input });
  assert.equal(embeddings.length, 2);
  embeddings.forEach((vector, i) => near(vector, told.embeddings[i]));
  await assert.rejects(ollama.embed({ model: 'absent:1b', input }), { status_code: 404 });
});

test('has a tool called', async () => {
  const tool = {
    type: 'function',
    function: {
      name: 'sky',
      description: 'the weather',
      parameters: { type: 'object', required: ['city'], properties: { city: { type: 'string', enum: ['Rome'] } } },
    },
  };
  const answer = await ollama.chat({ model, messages, tools: [tool], options: { seed: 5, num_predict: 200 } });
  assert.deepEqual(answer.message.tool_calls, [{ function: { name: 'sky', arguments: { city: 'Rome' } } }]);
});

test('sends pictures to the byte', async () => {
  const picture = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  await ollama.chat({ model, messages: [{ ...messages[0], images: [picture] }], options });
  const { pictures } = await runner('/requests');
  assert.ok(pictures.includes(createHash('sha256').update(picture).digest('hex')));
});

test('aborts a stream, and the runner stops', async () => {
  await isGivenUp(async (seed) => {
    const stream = await ollama.chat({ model, messages, options: { seed, num_predict: 5000 }, stream: true });
    await assert.rejects(async () => {
      for await (const _ of stream) stream.abort();
    }, { name: 'AbortError' });
  });
  assert.ok((await ollama.chat({ model, messages, options })).message.content.length > 0);
});

test('aborts an answer that comes in one piece, and the runner stops', async () => {
  await isGivenUp(async (seed, begun) => {
    // This client takes a signal by its fetch only.
    const gone = new AbortController();
    const leaving = new Ollama({
      host: process.env.PROXY_URL, fetch: (url, request) => fetch(url, { ...request, signal: gone.signal }),
    });
    const answer = leaving.chat({ model, messages, options: { seed, num_predict: 5000 } })
      .then(() => undefined, (error) => error);
    await begun();
    gone.abort();
    const error = await answer;
    if (error) assert.equal(error.name, 'AbortError');
  });
  assert.ok((await ollama.chat({ model, messages, options })).message.content.length > 0);
});

test('says that it does not know a model as Ollama does, streaming and not', async () => {
  const absent = 'absent:1b';
  const refusal = { name: 'ResponseError', status_code: 404, error: "model 'absent:1b' not found" };
  for (const stream of [false, true]) {
    await assert.rejects(ollama.chat({ model: absent, messages, stream }), refusal);
    await assert.rejects(ollama.generate({ model: absent, prompt: messages[0].content, stream }), refusal);
    const reply = await fetch(new URL('/api/chat', process.env.PROXY_URL), {
      method: 'POST', body: JSON.stringify({ model: absent, messages, stream }),
    });
    assert.equal(reply.status, 404);
    assert.deepEqual(await reply.json(), { error: refusal.error });
  }
});

test('is refused what the proxy does not serve', async () => {
  await assert.rejects(ollama.delete({ model }), { status_code: 404 });
});
