// llama.cpp through node-llama-cpp, one model, two sequences, on the processor.
// CONTEXT=n is the number of tokens that it sees at once.
import { getLlama, LlamaCompletion } from 'node-llama-cpp';

const nanoseconds = () => Number(process.hrtime.bigint());
const prompt = (messages) =>
  messages.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`).join('') + '<|im_start|>assistant\n';

const contextSize = Number(process.env.CONTEXT ?? 2048);

// Two wait for each other at every token, which on a busy machine takes most of the time.
const threads = 1;

export class Llama {
  #engine;
  #file;
  #model;
  #context;
  #embedding;

  static async open(file) {
    const llama = new Llama();
    llama.#file = file;
    llama.#engine = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: 'error' });
    return llama;
  }

  get loaded() {
    return this.#model !== undefined;
  }

  /** Loads the model if it is not in memory and says how long that took, in nanoseconds. */
  async load() {
    if (this.#model) return 0;
    const start = nanoseconds();
    this.#model = await this.#engine.loadModel({ modelPath: this.#file });
    this.#context = await this.#model.createContext({ contextSize, sequences: 2, threads });
    return nanoseconds() - start;
  }

  async unload() {
    await this.#model?.dispose();
    this.#model = this.#context = this.#embedding = undefined;
  }

  /** The vectors of `texts`, each of length 1 as Ollama gives them, and how many tokens they were. */
  async embed(texts) {
    await this.load();
    this.#embedding ??= await this.#model.createEmbeddingContext({ contextSize: 512, threads });
    const vectors = [];
    let tokens = 0;
    for (const text of texts) {
      const input = this.#model.tokenize(text);
      const { vector } = await this.#embedding.getEmbeddingFor(input);
      const length = Math.hypot(...vector) || 1;
      vectors.push(vector.map((number) => number / length));
      tokens += input.length;
    }
    return { vectors, tokens };
  }

  /** What the file says of the model. */
  get facts() {
    const { general, llama } = this.#model.fileInfo.metadata;
    return {
      'general.architecture': general.architecture, 'general.name': general.name,
      'llama.context_length': llama.context_length, 'llama.embedding_length': llama.embedding_length,
      'llama.block_count': llama.block_count,
    };
  }

  /**
   * Answers `messages`; `onText` gets each piece. Returns Ollama's closing fields. With a `schema` the sampler is held to
   * JSON of that form.
   */
  async chat(messages, { schema, ...options }, signal, onText) {
    const start = nanoseconds();
    const load = await this.load();
    const tokens = this.#model.tokenize(prompt(messages), true);
    const completion = new LlamaCompletion({
      contextSequence: this.#context.getSequence(), autoDisposeSequence: true });
    let first = 0;
    let count = 0;
    try {
      const { metadata } = await completion.generateCompletionWithMeta(tokens, {
        maxTokens: options.num_predict ?? 256,
        temperature: options.temperature ?? 0.8,
        seed: options.seed,
        grammar: schema && await this.#engine.createGrammarForJsonSchema(schema),
        signal,
        stopOnAbortSignal: true,
        onToken: (batch) => { first ||= nanoseconds(); count += batch.length; },
        onTextChunk: onText,
      });
      const end = nanoseconds();
      return {
        done_reason: metadata.stopReason === 'maxTokens' ? 'length' : 'stop',
        total_duration: end - start, load_duration: load,
        prompt_eval_count: tokens.length, prompt_eval_duration: (first || end) - start - load,
        eval_count: count, eval_duration: end - (first || end),
      };
    } finally {
      completion.dispose();
    }
  }
}
