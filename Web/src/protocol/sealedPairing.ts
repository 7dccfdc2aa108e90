import { type Bytes, concat, utf8 } from "../bytes.ts";
import type { KeyPair } from "../noise/diffieHellman.ts";
import { HandshakeState } from "../noise/handshakeState.ts";
import { N } from "../noise/pattern.ts";
import { cleanName } from "./name.ts";

const NAME_LENGTH = 64;

/** Whom a pairing is sealed for, and on whose word it will be taken. */
export interface SealedFor {
  readonly voucherMac: string;
  readonly voucherDevice: string;
  readonly mac: string;
  readonly macPublicKey: Bytes;
}

/** The one message of Noise_N in which a phone sends its new keys to a Mac that it did not scan. */
export async function sealPairing(
  to: SealedFor,
  secret: Bytes,
  phonePublicKey: Bytes,
  name: string,
  ephemeral: () => Promise<KeyPair>,
): Promise<Bytes> {
  const noise = new HandshakeState({
    pattern: N,
    initiator: true,
    prologue: sealedPrologue(to),
    ephemeral,
    remoteStatic: to.macPublicKey,
  });
  const payload = sealedPayload(secret, phonePublicKey, name);
  const sealed = await noise.writeMessage(payload);
  payload.fill(0);
  return sealed;
}

/** A sealed pairing is of use to this voucher, for this device, at that Mac only. */
export function sealedPrologue({ voucherMac, voucherDevice, mac }: SealedFor): Bytes {
  return utf8(`quicpair/1 sealed\0${voucherMac}${voucherDevice}${mac}`);
}

export function sealedPayload(secret: Bytes, phonePublicKey: Bytes, name: string): Bytes {
  const bytes = utf8(cleanName(name));
  return concat(secret, phonePublicKey, bytes, new Uint8Array(NAME_LENGTH - bytes.length));
}
