import type { Bytes } from "../bytes.ts";
import { concat } from "../bytes.ts";
import { generate, open, type StoredKeyPair } from "../noise/diffieHellman.ts";
import { HandshakeState, type Transport } from "../noise/handshakeState.ts";
import { IKpsk2 } from "../noise/pattern.ts";
import { readMacName, writePhonePayload } from "../protocol/handshakePayload.ts";
import { ProtocolViolation } from "../protocol/json.ts";
import { ChannelMessage } from "../protocol/secureChannel.ts";
import type { Peer } from "./peer.ts";
import { Problem, within } from "./problem.ts";

export interface HandshakeInputs {
  readonly prologue: Bytes;
  readonly key: StoredKeyPair;
  readonly macPublicKey: Bytes;
  readonly psk: Bytes;
  readonly deviceId: string;
  /** Told only while pairing. */
  readonly phoneName: string | undefined;
}

const TIMEOUT_MS = 10_000;

/** The type byte and a Noise message with its 512-byte payload. */
const MESSAGE_2_LENGTH = 561;

/**
 * Noise over the open channel. Every wrong answer looks alike: its cause is nobody's business. A Mac that refuses says
 * so, so that none at all is a lost connection, which the next attempt may not be.
 */
export async function shakeHands(
  peer: Peer,
  inputs: HandshakeInputs,
): Promise<{ transport: Transport; macName: string }> {
  const handshake = new HandshakeState({
    pattern: IKpsk2,
    initiator: true,
    prologue: inputs.prologue,
    staticKey: open(inputs.key),
    ephemeral: async () => open(await generate(inputs.key.kind)),
    remoteStatic: inputs.macPublicKey,
    psk: inputs.psk,
  });
  const exchange = async () => {
    const message1 = await handshake.writeMessage(writePhonePayload(inputs.deviceId, inputs.phoneName));
    peer.channel.send(concat(Uint8Array.of(ChannelMessage.handshake1), message1));
    const message2 = await within(TIMEOUT_MS, peer.inbox.next(), "lost");
    if (message2.length !== MESSAGE_2_LENGTH || message2[0] !== ChannelMessage.handshake2) {
      throw new ProtocolViolation("not the second handshake message");
    }
    const macName = readMacName(await handshake.readMessage(message2.slice(1)));
    return { transport: handshake.split(), macName };
  };
  try {
    return await exchange();
  } catch (error) {
    throw error instanceof Problem ? error : new Problem("handshake_failed");
  }
}
