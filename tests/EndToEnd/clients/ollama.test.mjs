// The `ollama` npm client, unmodified, against `quicpair proxy` at PROXY_URL.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Ollama } from 'ollama';

const ollama = new Ollama({ host: process.env.PROXY_URL });
const model = process.env.MODEL;
const messages = [{ role: 'user', content: 'Tell me about the river' }];
const options = { seed: 5, num_predict: 12 };

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

test('aborts', async () => {
  const stream = await ollama.chat({ model, messages, options: { num_predict: 5000 }, stream: true });
  await assert.rejects(async () => {
    for await (const _ of stream) stream.abort();
  }, { name: 'AbortError' });
  assert.ok((await ollama.chat({ model, messages, options })).message.content.length > 0);
});

test('says that it does not know a model as Ollama does', async () => {
  await assert.rejects(ollama.chat({ model: 'absent:1b', messages }), (error) => {
    assert.equal(error.status_code, 404);
    assert.equal(error.error, "model 'absent:1b' not found");
    return true;
  });
});

test('is refused what the proxy does not serve', async () => {
  await assert.rejects(ollama.delete({ model }), { status_code: 404 });
});
