import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { type Bytes, empty } from "../bytes.ts";

export const TAG_LENGTH = 16;

const maximumNonce = 2n ** 64n - 1n;

/** Noise specification 5.1: a key and a counter. Without a key, encryption passes bytes through. */
export class CipherState {
  #key: Bytes | undefined;
  #nonce = 0n;

  constructor(key?: Bytes) {
    this.#key = key;
  }

  get hasKey(): boolean {
    return this.#key !== undefined;
  }

  encryptWithAd(ad: Bytes, plaintext: Bytes): Bytes {
    if (this.#key === undefined) {
      return plaintext;
    }
    const ciphertext = chacha20poly1305(this.#key, nonceBytes(this.#usableNonce()), ad).encrypt(plaintext);
    this.#nonce++;
    return ciphertext as Bytes;
  }

  /** Throws when the tag is wrong; the counter then stays where it was. */
  decryptWithAd(ad: Bytes, ciphertext: Bytes): Bytes {
    if (this.#key === undefined) {
      return ciphertext;
    }
    const plaintext = chacha20poly1305(this.#key, nonceBytes(this.#usableNonce()), ad).decrypt(ciphertext);
    this.#nonce++;
    return plaintext as Bytes;
  }

  /** k = the first 32 bytes of ENCRYPT(k, 2^64 - 1, "", zeros); the counter goes on. */
  rekey(): void {
    if (this.#key === undefined) {
      throw new Error("no key");
    }
    const next = chacha20poly1305(this.#key, nonceBytes(maximumNonce), empty).encrypt(new Uint8Array(32));
    this.#key.fill(0);
    this.#key = Uint8Array.from(next.subarray(0, 32));
  }

  erase(): void {
    this.#key?.fill(0);
    this.#nonce = maximumNonce;
  }

  #usableNonce(): bigint {
    // "If incrementing n results in 2^64-1, then any further EncryptWithAd() or DecryptWithAd() calls will
    // signal an error to the caller." The same value marks an erased state.
    if (this.#nonce >= maximumNonce) {
      throw new Error("the cipher is used up");
    }
    return this.#nonce;
  }
}

function nonceBytes(nonce: bigint): Bytes {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setBigUint64(4, nonce, true);
  return bytes;
}
