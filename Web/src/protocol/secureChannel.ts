import { type Bytes, concat, empty } from "../bytes.ts";
import { type CipherState, TAG_LENGTH } from "../noise/cipherState.ts";
import type { Transport } from "../noise/handshakeState.ts";
import { type Frame, MAXIMUM_CHANNEL_MESSAGE, type Padding, readFrame, writeFrame } from "./frame.ts";
import { ProtocolViolation } from "./json.ts";

/** The first byte of every message on the data channel. */
export const ChannelMessage = { handshake1: 0x01, handshake2: 0x02, data: 0x10, alert: 0x7f } as const;

/** Each direction changes its key before frame number i * 16 384. */
const FRAMES_PER_KEY = 16_384;

/** A session ends after this many frames in one direction. */
export const MAXIMUM_FRAMES = 2 ** 32;

/** Sealed frames over the transport of a finished handshake. Any error is the end of the session. */
export class SecureChannel {
  readonly #transport: Transport;
  #sent = 0;
  #received = 0;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  get framesLeft(): number {
    return MAXIMUM_FRAMES - Math.max(this.#sent, this.#received);
  }

  /** A whole channel message. It must be sent at once: the other end counts frames. */
  seal(frame: Frame, padding: Padding): Bytes {
    const cipher = this.#transport.send;
    changeKeyBefore(cipher, this.#sent++);
    return concat(
      Uint8Array.of(ChannelMessage.data),
      cipher.encryptWithAd(empty, writeFrame(frame, padding)),
    );
  }

  open(message: Bytes): Frame {
    const lawful = message.length > TAG_LENGTH && message.length <= MAXIMUM_CHANNEL_MESSAGE;
    if (!lawful || message[0] !== ChannelMessage.data) {
      throw new ProtocolViolation("not a data frame");
    }
    const cipher = this.#transport.receive;
    changeKeyBefore(cipher, this.#received++);
    return readFrame(cipher.decryptWithAd(empty, message.slice(1)));
  }

  erase(): void {
    this.#transport.send.erase();
    this.#transport.receive.erase();
  }
}

function changeKeyBefore(cipher: CipherState, number: number): void {
  if (number >= MAXIMUM_FRAMES) {
    throw new ProtocolViolation("the session is used up");
  }
  if (number > 0 && number % FRAMES_PER_KEY === 0) {
    cipher.rekey();
  }
}
