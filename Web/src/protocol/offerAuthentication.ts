import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, u64, utf8 } from "../bytes.ts";

const AUTH_LENGTH = 16;
export const NONCE_LENGTH = 16;

/** What the phone speaks. The same bytes go into the prologue. */
export const VERSIONS: readonly number[] = [1];

export function authenticateOffer(
  key: Bytes,
  ts: number,
  nonce: Bytes,
  versions: readonly number[],
  sdp: string,
): Bytes {
  return code(key, "quicpair/1 offer\0", u64(ts), nonce, counted(versions), sha256(utf8(sdp)));
}

export function authenticateAnswer(
  key: Bytes,
  offerNonce: Bytes,
  answerNonce: Bytes,
  version: number,
  sdp: string,
): Bytes {
  return code(key, "quicpair/1 answer\0", offerNonce, answerNonce, Uint8Array.of(version), sha256(utf8(sdp)));
}

export function authenticateIce(key: Bytes, ts: number, nonce: Bytes, versions: readonly number[]): Bytes {
  return code(key, "quicpair/1 ice\0", u64(ts), nonce, counted(versions));
}

/** The versions as they are hashed: a count, then one byte for each. */
export function counted(versions: readonly number[]): Bytes {
  return Uint8Array.of(versions.length, ...versions);
}

function code(key: Bytes, label: string, ...parts: readonly Uint8Array[]): Bytes {
  return hmac(sha256, key, concat(utf8(label), ...parts)).slice(0, AUTH_LENGTH) as Bytes;
}
