import { blake2b } from "@noble/hashes/blake2.js";
import { hmac } from "@noble/hashes/hmac.js";
import { type Bytes, concat, empty, utf8 } from "../bytes.ts";
import { CipherState } from "./cipherState.ts";

const HASH_LENGTH = 64;

/** Noise specification 5.2, with BLAKE2b: the chaining key, the transcript hash and the handshake cipher. */
export class SymmetricState {
  #chainingKey: Bytes;
  #hash: Bytes;
  #cipher = new CipherState();

  /** The protocol name is at most 64 bytes here, so it is zero-padded into h and never hashed. */
  constructor(protocolName: string) {
    this.#hash = new Uint8Array(HASH_LENGTH);
    this.#hash.set(utf8(protocolName));
    this.#chainingKey = this.#hash;
  }

  get handshakeHash(): Bytes {
    return this.#hash;
  }

  mixKey(inputKeyMaterial: Bytes): void {
    const [chainingKey, key] = hkdf(this.#chainingKey, inputKeyMaterial, 2);
    this.#chainingKey = chainingKey;
    this.#cipher = new CipherState(key.slice(0, 32));
  }

  mixHash(data: Bytes): void {
    this.#hash = blake2b(concat(this.#hash, data)) as Bytes;
  }

  mixKeyAndHash(inputKeyMaterial: Bytes): void {
    const [chainingKey, hash, key] = hkdf(this.#chainingKey, inputKeyMaterial, 3);
    this.#chainingKey = chainingKey;
    this.mixHash(hash);
    this.#cipher = new CipherState(key.slice(0, 32));
  }

  get encrypts(): boolean {
    return this.#cipher.hasKey;
  }

  encryptAndHash(plaintext: Bytes): Bytes {
    const ciphertext = this.#cipher.encryptWithAd(this.#hash, plaintext);
    this.mixHash(ciphertext);
    return ciphertext;
  }

  decryptAndHash(ciphertext: Bytes): Bytes {
    const plaintext = this.#cipher.decryptWithAd(this.#hash, ciphertext);
    this.mixHash(ciphertext);
    return plaintext;
  }

  /** The initiator's sending cipher, then the responder's. */
  split(): [CipherState, CipherState] {
    const [first, second] = hkdf(this.#chainingKey, empty, 2);
    this.#chainingKey.fill(0);
    return [new CipherState(first.slice(0, 32)), new CipherState(second.slice(0, 32))];
  }
}

/** Noise specification 4.3: HMAC-BLAKE2b with its 128-byte block, not keyed BLAKE2b. */
function hkdf(chainingKey: Bytes, inputKeyMaterial: Bytes, outputs: 2 | 3): [Bytes, Bytes, Bytes] {
  const temporary = hmac(blake2b, chainingKey, inputKeyMaterial);
  const first = hmac(blake2b, temporary, Uint8Array.of(1)) as Bytes;
  const second = hmac(blake2b, temporary, concat(first, Uint8Array.of(2))) as Bytes;
  const third = outputs === 3 ? (hmac(blake2b, temporary, concat(second, Uint8Array.of(3))) as Bytes) : empty;
  return [first, second, third];
}
