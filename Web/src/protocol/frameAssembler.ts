import { type Bytes, concat } from "../bytes.ts";
import { CloseCode, type Frame } from "./frame.ts";
import { ProtocolViolation } from "./json.ts";

/** A message grew over its limit; the session closes with code 4. */
export class MessageTooLarge extends ProtocolViolation {
  readonly closeCode = CloseCode.tooLarge;
}

/** What a phone accepts from a Mac, in bytes. */
export const MAXIMUM_MESSAGE_FROM_MAC = 1024 * 1024;

/** A message must be complete this long after its first part. */
export const MESSAGE_TIMEOUT_MS = 30_000;

/** Puts the parts of one message at a time together. */
export class FrameAssembler {
  readonly #limit: number;
  #parts: Bytes[] = [];
  #length = 0;
  #startedAt = 0;

  constructor(limit: number = MAXIMUM_MESSAGE_FROM_MAC) {
    this.#limit = limit;
  }

  /** Takes a frame of kind `part`; the message, when this was its last part. */
  add(frame: Frame, nowMs: number): Bytes | undefined {
    if (this.#parts.length === 0) {
      this.#startedAt = nowMs;
    } else if (this.isOverdue(nowMs)) {
      throw new ProtocolViolation("a message took too long");
    }
    this.#length += frame.content.length;
    if (this.#length > this.#limit) {
      throw new MessageTooLarge("a message is too large");
    }
    this.#parts.push(frame.content);
    if (!frame.last) {
      return undefined;
    }
    const message = concat(...this.#parts);
    this.#parts = [];
    this.#length = 0;
    return message;
  }

  isOverdue(nowMs: number): boolean {
    return this.#parts.length > 0 && nowMs - this.#startedAt > MESSAGE_TIMEOUT_MS;
  }
}
