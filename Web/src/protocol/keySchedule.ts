import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, empty, toBase32, utf8 } from "../bytes.ts";

const KEY_LENGTH = 32;
const ID_LENGTH = 10;

/** The keys of a pairing: one for the handshake, one for signaling. */
export interface PairingKeys {
  readonly psk: Bytes;
  readonly offerKey: Bytes;
}

export function macId(macPublicKey: Bytes): string {
  return toBase32(sha256(concat(utf8("quicpair/1 mac"), macPublicKey)).subarray(0, ID_LENGTH));
}

export function deviceId(secret: Bytes): string {
  return toBase32(derive(secret, "quicpair/1 device", ID_LENGTH));
}

/** The keys that the link's secret gives, used until the pairing is complete. */
export function invitationKeys(secret: Bytes): PairingKeys {
  return keysOf(secret);
}

/** The keys that replace the link's. `k` comes from the Mac, `h` is the handshake hash. */
export function lastingKeys(secret: Bytes, k: Bytes, h: Bytes): PairingKeys {
  const root = derive(concat(secret, k), "quicpair/1 root", KEY_LENGTH, h);
  const keys = keysOf(root);
  root.fill(0);
  return keys;
}

/** The keys of a pairing that another Mac vouches for. */
export function vouchedKeys(secret: Bytes): PairingKeys {
  const root = derive(secret, "quicpair/1 vouched", KEY_LENGTH);
  const keys = keysOf(root);
  root.fill(0);
  return keys;
}

/** Six digits that both screens show, so that people can see that they speak to each other. */
export function confirmationCode(handshakeHash: Bytes): string {
  const value = new DataView(derive(handshakeHash, "quicpair/1 code", 4).buffer).getUint32(0);
  return String(value % 1_000_000).padStart(6, "0");
}

function keysOf(material: Bytes): PairingKeys {
  return {
    psk: derive(material, "quicpair/1 psk", KEY_LENGTH),
    offerKey: derive(material, "quicpair/1 offer", KEY_LENGTH),
  };
}

function derive(material: Bytes, info: string, length: number, salt: Bytes = empty): Bytes {
  return Uint8Array.from(hkdf(sha256, material, salt, utf8(info), length));
}
