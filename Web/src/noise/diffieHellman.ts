import { x25519 } from "@noble/curves/ed25519.js";
import { type Bytes, isAllZero } from "../bytes.ts";

/** A private key that can only be used, and its public half. */
export interface KeyPair {
  readonly publicKey: Bytes;
  /** X25519; rejects when the result is all zero or the platform refuses the remote key. */
  agree(remotePublicKey: Bytes): Promise<Bytes>;
}

/** What of a key pair the phone's database holds: a handle, or the bytes where there is no WebCrypto. */
export type StoredKeyPair =
  | { readonly kind: "handle"; readonly publicKey: Bytes; readonly privateKey: CryptoKey }
  | { readonly kind: "bytes"; readonly publicKey: Bytes; readonly privateKey: Bytes };

export type StoredKind = StoredKeyPair["kind"];

export const DH_LENGTH = 32;

const algorithm = { name: "X25519" };

/** Whether this platform has X25519 in WebCrypto, which it shows only in secure contexts. */
export async function preferredKind(): Promise<StoredKind> {
  try {
    const pair = open(await generate("handle"));
    await pair.agree((await generate("bytes")).publicKey);
    return "handle";
  } catch {
    return "bytes";
  }
}

export async function generate(kind: StoredKind): Promise<StoredKeyPair> {
  if (kind === "bytes") {
    const { secretKey, publicKey } = x25519.keygen();
    return { kind, publicKey: Uint8Array.from(publicKey), privateKey: Uint8Array.from(secretKey) };
  }
  const pair = (await crypto.subtle.generateKey(algorithm, false, ["deriveBits"])) as CryptoKeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { kind, publicKey, privateKey: pair.privateKey };
}

export function open(stored: StoredKeyPair): KeyPair {
  const agree =
    stored.kind === "bytes"
      ? async (remote: Bytes) => Uint8Array.from(x25519.getSharedSecret(stored.privateKey, remote))
      : async (remote: Bytes) => {
          const publicKey = await crypto.subtle.importKey("raw", remote, algorithm, true, []);
          const derivation = { name: "X25519", public: publicKey };
          return new Uint8Array(await crypto.subtle.deriveBits(derivation, stored.privateKey, 8 * DH_LENGTH));
        };
  return {
    publicKey: stored.publicKey,
    async agree(remote) {
      const shared = await agree(remote);
      if (shared.length !== DH_LENGTH || isAllZero(shared)) {
        throw new RangeError("the Diffie-Hellman result is all zero");
      }
      return shared;
    },
  };
}

/** A pair from its private bytes, for the known answers of the tests. */
export function fromPrivateBytes(privateKey: Bytes): KeyPair {
  return open({ kind: "bytes", privateKey, publicKey: Uint8Array.from(x25519.getPublicKey(privateKey)) });
}
