import { type Bytes, concat, utf8 } from "../bytes.ts";
import { counted } from "./offerAuthentication.ts";

/** 1: with the keys of a link. 2: with the lasting keys of a completed pairing. */
export type Mode = 1 | 2;

export interface PrologueParts {
  readonly mode: Mode;
  /** SHA-256 of the DTLS certificates, DER. */
  readonly phoneCertificate: Bytes;
  readonly macCertificate: Bytes;
  readonly offerNonce: Bytes;
  readonly answerNonce: Bytes;
  readonly versions: readonly number[];
  readonly chosen: number;
}

/** A SHA-256 multihash: what the number 0x12 and the length say. */
const multihash = Uint8Array.of(0x12, 0x20);

/** What both ends must have seen alike before the handshake: it binds Noise to the DTLS session below it. */
export function writePrologue(parts: PrologueParts): Bytes {
  return concat(
    utf8("quicpair/1\0"),
    Uint8Array.of(parts.mode),
    multihash,
    parts.phoneCertificate,
    multihash,
    parts.macCertificate,
    parts.offerNonce,
    parts.answerNonce,
    counted(parts.versions),
    Uint8Array.of(parts.chosen),
  );
}
