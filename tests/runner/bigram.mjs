// A word-bigram language model expressed as llama weights. Attention and feed-forward weights are zero, so the residual
// stream is the one-hot embedding of the last token, and the output matrix is log P(next | last): llama.cpp runs its whole
// machinery (tokenizer, key-value cache, sampler) on a model whose behaviour can be computed by hand.
import { gguf } from './gguf.mjs';

const TOKEN = { normal: 1, unknown: 2, control: 3, unused: 5, byte: 6 };
const NEVER = -25;
const SENTENCE_ENDS_TURN = 0.35;
const NEXT_SENTENCE = 0.65;
const CHAT_TEMPLATE = "{% for m in messages %}{{'<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>' + '\\n'}}"
  + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** Splits English text into sentences of lower-case words and closing punctuation. */
export const sentences = (text) => text.toLowerCase().replace(/[^a-z' .!?\n]/g, ' ')
  .split(/(?<=[.!?])\s+|\n{2,}/)
  .map((sentence) => sentence.match(/[a-z']+|[.!?]/g) ?? [])
  .filter((words) => words.length > 3 && words.length < 40);

function vocabulary(corpus, wordCount) {
  const tokens = [];
  const add = (text, score, type) => tokens.push({ text, score, type }) - 1;
  add('<unk>', 0, TOKEN.unknown);
  const bos = add('<s>', 0, TOKEN.control);
  add('</s>', 0, TOKEN.control);
  for (let byte = 0; byte < 256; byte++) {
    add(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`, 0, TOKEN.byte);
  }
  add('<|im_start|>', 0, TOKEN.control);
  const endOfTurn = add('<|im_end|>', 0, TOKEN.control);
  const frequency = new Map();
  for (const word of corpus.flat()) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const frequent = [...frequency].sort((a, b) => b[1] - a[1]).slice(0, wordCount).map(([word]) => word);
  const ids = new Map(frequent.map((word, rank) =>
    [word, add((/[.!?]/.test(word) ? '' : '\u2581') + word, -rank - 1, TOKEN.normal)]));
  while (tokens.length % 32) add(`<pad${tokens.length}>`, 0, TOKEN.unused);
  return { tokens, ids, bos, endOfTurn };
}

function transitions(corpus, { tokens, ids, endOfTurn }, nextSentence) {
  const size = tokens.length;
  const follows = Array.from({ length: size }, () => new Float64Array(size));
  const starts = new Float64Array(size);
  for (const words of corpus) {
    const known = words.map((word) => ids.get(word)).filter((id) => id !== undefined);
    if (known.length < 3) continue;
    starts[known[0]]++;
    for (let i = 0; i + 1 < known.length; i++) follows[known[i]][known[i + 1]]++;
    follows[known.at(-1)][endOfTurn] += SENTENCE_ENDS_TURN;
  }
  const total = starts.reduce((a, b) => a + b, 0);
  for (const end of ['.', '!', '?'].map((mark) => ids.get(mark)).filter((id) => id !== undefined)) {
    starts.forEach((count, id) => { follows[end][id] += (count * nextSentence * follows[end][endOfTurn]) / total; });
  }
  return follows.map((row) => (row.some((count) => count > 0) ? row : starts));
}

/**
 * Writes the model of `text` with a vocabulary of `words`; `layers` and `feedForward` only make it slower, and
 * `nextSentence` is how much likelier a sentence is followed by another one than by the end of the turn.
 */
export function bigramModel(text, { words = 500, layers = 1, feedForward = 32, nextSentence = NEXT_SENTENCE } = {}) {
  const corpus = sentences(text);
  const vocab = vocabulary(corpus, words);
  const size = vocab.tokens.length;
  const head = 32;
  const scale = Math.sqrt(size); // RMS norm of a one-hot vector is sqrt(size) at its hot index
  const embedding = new Float32Array(size * size);
  const output = new Float32Array(size * size);
  transitions(corpus, vocab, nextSentence).forEach((row, last) => {
    embedding[last * size + last] = 1;
    const total = row.reduce((a, b) => a + b, 0);
    row.forEach((count, next) => { output[next * size + last] = (count > 0 ? Math.log(count / total) : NEVER) / scale; });
  });
  const zeros = (...shape) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b)) });
  const ones = (length) => ({ shape: [length], data: new Float32Array(length).fill(1) });
  const block = (i) => Object.entries({
    attn_norm: ones(size), attn_q: zeros(size, head), attn_k: zeros(size, head), attn_v: zeros(size, head),
    attn_output: zeros(head, size), ffn_norm: ones(size), ffn_gate: zeros(size, feedForward),
    ffn_up: zeros(size, feedForward), ffn_down: zeros(feedForward, size),
  }).map(([name, tensor]) => ({ name: `blk.${i}.${name}.weight`, ...tensor }));
  const metadata = [
    ['general.architecture', 'string', 'llama'], ['general.name', 'string', 'quicpair-bigram'],
    ['general.alignment', 'u32', 32], ['llama.context_length', 'u32', 32768], ['llama.embedding_length', 'u32', size],
    ['llama.block_count', 'u32', layers], ['llama.feed_forward_length', 'u32', feedForward],
    ['llama.attention.head_count', 'u32', 1], ['llama.attention.head_count_kv', 'u32', 1],
    ['llama.attention.key_length', 'u32', head], ['llama.attention.value_length', 'u32', head],
    ['llama.rope.dimension_count', 'u32', head], ['llama.attention.layer_norm_rms_epsilon', 'f32', 1e-6],
    ['llama.vocab_size', 'u32', size], ['tokenizer.ggml.model', 'string', 'llama'],
    ['tokenizer.ggml.tokens', 'string[]', vocab.tokens.map((token) => token.text)],
    ['tokenizer.ggml.scores', 'f32[]', vocab.tokens.map((token) => token.score)],
    ['tokenizer.ggml.token_type', 'i32[]', vocab.tokens.map((token) => token.type)],
    ['tokenizer.ggml.bos_token_id', 'u32', vocab.bos], ['tokenizer.ggml.eos_token_id', 'u32', vocab.endOfTurn],
    ['tokenizer.ggml.unknown_token_id', 'u32', 0], ['tokenizer.chat_template', 'string', CHAT_TEMPLATE],
  ];
  const tensors = [
    { name: 'token_embd.weight', shape: [size, size], data: embedding },
    { name: 'output_norm.weight', ...ones(size) },
    { name: 'output.weight', shape: [size, size], data: output },
    ...Array.from({ length: layers }, (_, i) => block(i)).flat(),
  ];
  return gguf(metadata, tensors);
}
