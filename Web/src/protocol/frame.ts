import type { Bytes } from "../bytes.ts";
import { ProtocolViolation } from "./json.ts";

export const FrameKind = { part: 0, ping: 1, pong: 2, close: 3, cover: 4 } as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

export const CloseCode = {
  normal: 1,
  renew: 2,
  protocol: 3,
  tooLarge: 4,
  refused: 5,
  revoked: 6,
  shutdown: 7,
  idle: 8,
} as const;

export type Padding = "off" | "pad";

export interface Frame {
  readonly kind: FrameKind;
  readonly last: boolean;
  readonly content: Bytes;
}

const HEADER_LENGTH = 4;
const FLAG_LAST = 1;
const MAXIMUM_PING_LENGTH = 64;
const SMALLEST_PADDED = 128;

/** The type byte and the tag around every plaintext. */
export const SEALING_LENGTH = 1 + 16;
export const MAXIMUM_CHANNEL_MESSAGE = 16_384;
export const MAXIMUM_CONTENT = MAXIMUM_CHANNEL_MESSAGE - SEALING_LENGTH - HEADER_LENGTH;

/** ```kind u8 | flags u8 (bit 0 last) | length u16 | content | zeros``` */
export function writeFrame(frame: Frame, padding: Padding): Bytes {
  const { kind, last, content } = frame;
  const plaintext = new Uint8Array(channelMessageLength(content.length, padding) - SEALING_LENGTH);
  plaintext.set([kind, last ? FLAG_LAST : 0, content.length >> 8, content.length & 0xff]);
  plaintext.set(content, HEADER_LENGTH);
  return plaintext;
}

/** The size of the whole channel message: with `pad` the next of 128, 256, … 16 384. */
export function channelMessageLength(contentLength: number, padding: Padding): number {
  const length = SEALING_LENGTH + HEADER_LENGTH + contentLength;
  if (length > MAXIMUM_CHANNEL_MESSAGE) {
    throw new RangeError("the content does not fit a frame");
  }
  let padded = SMALLEST_PADDED;
  while (padded < length) {
    padded *= 2;
  }
  return padding === "off" ? length : padded;
}

export function readFrame(plaintext: Bytes): Frame {
  const [kind, flags, high, low] = plaintext;
  if (kind === undefined || flags === undefined || high === undefined || low === undefined) {
    throw new ProtocolViolation("a frame is shorter than its header");
  }
  const end = HEADER_LENGTH + ((high << 8) | low);
  if (end > plaintext.length || plaintext.subarray(end).some((value) => value !== 0)) {
    throw new ProtocolViolation("a frame's length does not fit its bytes");
  }
  const content = plaintext.slice(HEADER_LENGTH, end);
  const last = flags === FLAG_LAST;
  if (flags > FLAG_LAST || !isLawful(kind, last, content.length)) {
    throw new ProtocolViolation("a frame's header is not lawful");
  }
  return { kind: kind as FrameKind, last, content };
}

/** One frame for each 16 363 bytes of a message. */
export function* fragments(message: Bytes): Generator<Frame> {
  for (let offset = 0; offset < message.length; offset += MAXIMUM_CONTENT) {
    const end = offset + MAXIMUM_CONTENT;
    yield { kind: FrameKind.part, last: end >= message.length, content: message.slice(offset, end) };
  }
}

function isLawful(kind: number, last: boolean, length: number): boolean {
  switch (kind) {
    case FrameKind.part:
      return length > 0;
    case FrameKind.ping:
    case FrameKind.pong:
      return last && length <= MAXIMUM_PING_LENGTH;
    case FrameKind.close:
      return last && length === 1;
    case FrameKind.cover:
      return last;
    default:
      return false;
  }
}
