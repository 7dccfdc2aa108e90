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
  #isLost = false;

  constructor(channel: RTCDataChannel) {
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = data instanceof ArrayBuffer ? new Uint8Array(data) : undefined;
      if (this.#take === undefined) {
        this.#queue.push(message);
      } else {
        this.#take(message);
      }
    };
    channel.addEventListener("close", () => this.lose());
  }

  /** The connection is gone: who waits for a message waits for nothing. */
  lose(): void {
    this.#isLost = true;
    this.#closed?.();
  }

  /** The next message; rejects when the connection is gone first. */
  async next(): Promise<Bytes> {
    const message =
      this.#queue.length > 0
        ? this.#queue.shift()
        : await new Promise<Received>((resolve, reject) => {
            if (this.#isLost) {
              reject(new Problem("lost"));
            }
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
