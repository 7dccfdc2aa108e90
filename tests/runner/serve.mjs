// node serve.mjs MODEL.gguf [PORT]: the part of the Ollama API that QuicPair uses, over llama.cpp; the part of OpenAI's
// is in openai.mjs. Prints {"port":…}.
// SEED=n is the seed of chats that bring none, NUM_PREDICT=n their length in tokens.
// FAULT_AFTER=n breaks an answer with an error line after n characters, as Ollama does when its runner dies.
import { createHash } from 'node:crypto';
import http from 'node:http';
import { statSync } from 'node:fs';
import { Llama } from './llama.mjs';
import { openAi } from './openai.mjs';

const NAME = 'bigram:latest';
const [file, port = '0'] = process.argv.slice(2);
const faultAfter = Number(process.env.FAULT_AFTER ?? Infinity);
const number = (text) => (text === undefined ? undefined : Number(text));
const seed = number(process.env.SEED);
const num_predict = number(process.env.NUM_PREDICT);
const llama = await Llama.open(file);
// Every chat ends as one of the latter two: its whole answer was said, or its client closed before.
const chats = { begun: 0, answered: 0, abandoned: 0 };
const pictures = [];

const model = () => ({
  name: NAME, model: NAME, modified_at: new Date().toISOString(), size: statSync(file).size, digest: '0'.repeat(64),
  details: { format: 'gguf', family: 'llama', families: ['llama'], parameter_size: '1.4M', quantization_level: 'F32' },
  capabilities: ['completion', 'tools', 'embedding'],
});

const reply = (response, status, body) => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
};

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

const isMissing = (asked, response) => {
  if (asked.model === NAME || asked.model === 'bigram') return false;
  reply(response, 404, { error: `model '${asked.model}' not found` });
  return true;
};

async function show(request, response) {
  if (isMissing(await body(request), response)) return;
  await llama.load();
  const { details, capabilities, modified_at } = model();
  reply(response, 200, { details, capabilities, modified_at, model_info: llama.facts });
}

async function embed(request, response) {
  const asked = await body(request);
  if (isMissing(asked, response)) return;
  const { vectors, tokens } = await llama.embed([asked.input].flat());
  reply(response, 200, { model: asked.model, embeddings: vectors, prompt_eval_count: tokens });
}

// A small model seldom finds the form of a tool call by itself: the sampler is held to it.
const toolCall = (tools) => ({
  oneOf: tools.map(({ function: { name, parameters } }) => ({
    type: 'object', properties: { name: { const: name }, arguments: parameters },
  })),
});

async function chat(request, response) {
  const asked = await body(request);
  if (isMissing(asked, response)) return undefined;
  const line = (rest) => JSON.stringify({ model: asked.model, created_at: new Date().toISOString(), ...rest }) + '\n';
  const empty = { role: 'assistant', content: '' };
  if (!asked.messages?.length) {
    const unload = asked.keep_alive === 0;
    await (unload ? llama.unload() : llama.load());
    return reply(response, 200, JSON.parse(line({ message: empty, done: true, done_reason: unload ? 'unload' : 'load' })));
  }
  chats.begun++;
  for (const image of asked.messages.flatMap(({ images }) => images ?? [])) {
    pictures.push(createHash('sha256').update(Buffer.from(image, 'base64')).digest('hex'));
  }
  const calls = asked.tools?.length > 0;
  const schema = calls ? toolCall(asked.tools) : typeof asked.format === 'object' ? asked.format : undefined;
  const stream = asked.stream !== false;
  const gone = new AbortController();
  response.on('close', () => {
    if (response.writableEnded) chats.answered++;
    else chats.abandoned++;
    gone.abort();
  });
  let text = '';
  const result = await llama.chat(asked.messages, { seed, num_predict, ...asked.options, schema }, gone.signal, (piece) => {
    text += piece;
    if (!stream || calls || gone.signal.aborted) return;
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    if (text.length > faultAfter) {
      response.end(JSON.stringify({ error: 'an error was encountered while running the model' }) + '\n');
      gone.abort();
      return;
    }
    response.write(line({ message: { role: 'assistant', content: piece }, done: false }));
  });
  if (gone.signal.aborted) return undefined;
  if (calls) {
    const message = { ...empty, tool_calls: [{ function: JSON.parse(text) }] };
    if (!stream) return reply(response, 200, JSON.parse(line({ message, done: true, ...result })));
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write(line({ message, done: false }));
  }
  const end = { message: { role: 'assistant', content: stream ? '' : text }, done: true, ...result };
  return stream ? response.end(line(end)) : reply(response, 200, JSON.parse(line(end)));
}

const requests = (response) => {
  const { begun, answered, abandoned } = chats;
  reply(response, 200, { chats: begun, answered, abandoned, pictures });
};

const routes = {
  'GET /': (_, response) => response.end('Ollama is running'),
  'GET /api/version': (_, response) => reply(response, 200, { version: '0.0.0-bigram' }),
  'GET /api/tags': (_, response) => reply(response, 200, { models: [model()] }),
  'GET /api/ps': (_, response) => reply(response, 200, { models: llama.loaded ? [model()] : [] }),
  'GET /requests': (_, response) => requests(response),
  'POST /api/chat': chat,
  'POST /api/show': show,
  'POST /api/embed': embed,
  ...openAi(llama, { name: NAME, seed, read: body, reply }),
};

const server = http.createServer(async (request, response) => {
  const route = routes[`${request.method} ${new URL(request.url, 'http://localhost').pathname}`];
  try {
    await (route ? route(request, response) : reply(response, 404, { error: 'not found' }));
  } catch (error) {
    if (response.headersSent) response.end(JSON.stringify({ error: error.message }) + '\n');
    else reply(response, error instanceof SyntaxError ? 400 : 500, { error: error.message });
  }
});
server.listen(+port, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
