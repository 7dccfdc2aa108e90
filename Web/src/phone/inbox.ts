import { type Bytes } from "../bytes.ts";
import { ProtocolViolation } from "../protocol/json.ts";
import { Problem } from "./problem.ts";

/** Undefined stands for a text message, which no phase allows. */
type Received = Bytes | undefined;

/** The one queue of what arrives on the channel: nothing is read before somebody asks for it. */
export class Inbox {
  readonly #queue: Received[] = [];
  #take: ((message: Received) => void) | undefined;
  #closed: (() => void) | undefined;

  constructor(channel: RTCDataChannel) {
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = data instanceof ArrayBuffer ? new Uint8Array(data) : undefined;
      if (this.#take === undefined) {
        this.#queue.push(message);
      } else {
        this.#take(message);
      }
    };
    channel.addEventListener("close", () => this.#closed?.());
  }

  /** The next message; rejects when the channel closes first. */
  async next(): Promise<Bytes> {
    const message =
      this.#queue.length > 0
        ? this.#queue.shift()
        : await new Promise<Received>((resolve, reject) => {
            this.#closed = () => reject(new Problem("lost"));
            this.#take = (received) => {
              this.#take = undefined;
              resolve(received);
            };
          });
    if (message === undefined) {
      throw new ProtocolViolation("a text message");
    }
    return message;
  }

  /** From here on every message, queued or to come, goes to `receive` at once. */
  handOver(receive: (message: Received) => void): void {
    for (const message of this.#queue.splice(0)) {
      receive(message);
    }
    this.#take = receive;
  }
}
