// llama.cpp through node-llama-cpp, one model, two sequences, on the processor.
import { getLlama, LlamaCompletion } from 'node-llama-cpp';

const nanoseconds = () => Number(process.hrtime.bigint());
const prompt = (messages) =>
  messages.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`).join('') + '<|im_start|>assistant\n';

export class Llama {
  #engine;
  #file;
  #model;
  #context;

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
    this.#context = await this.#model.createContext({ contextSize: 2048, sequences: 2, threads: 2 });
    return nanoseconds() - start;
  }

  async unload() {
    await this.#model?.dispose();
    this.#model = this.#context = undefined;
  }

  /** Answers `messages`; `onText` gets each piece. Returns Ollama's closing fields. */
  async chat(messages, options, signal, onText) {
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
