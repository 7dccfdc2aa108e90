import { confirmationCode, invitationKeys, type PairingKeys } from "../protocol/keySchedule.ts";
import { VERSIONS } from "../protocol/offerAuthentication.ts";
import { type Mode, writePrologue } from "../protocol/prologue.ts";
import { SecureChannel } from "../protocol/secureChannel.ts";
import type { Database, PairedMac } from "./database.ts";
import { phoneName } from "./device.ts";
import { shakeHands } from "./handshake.ts";
import { complete, eraseSecret } from "./pairing.ts";
import { type IceServers, Peer } from "./peer.ts";
import { Problem } from "./problem.ts";
import { Session } from "./session.ts";
import { turnServers } from "./settings.ts";
import type { Addressee, Signaling } from "./signaling.ts";

export type Step = "signaling" | "network" | "handshake";

export interface ConnectEvents {
  onStep(step: Step): void;
  /** Both screens show this code while they pair. */
  onCode(code: string): void;
}

export interface Connected {
  readonly session: Session;
  readonly mac: PairedMac;
}

/**
 * With lasting keys mode 2 comes first, and mode 1 only when the Mac refuses it. One that is given up never becomes
 * live: its session would take the place of the next one's on the Mac.
 */
export async function connect(
  database: Database,
  signaling: Signaling,
  mac: PairedMac,
  events: ConnectEvents,
  givenUp: AbortSignal,
): Promise<Connected> {
  if (mac.lasting !== undefined) {
    try {
      return await connectIn(2, mac.lasting, database, signaling, mac, events, givenUp);
    } catch (error) {
      const isRefused = error instanceof Problem && error.code === "refused";
      if (!isRefused || mac.secret === undefined || givenUp.aborted) {
        throw error;
      }
    }
  }
  if (mac.secret === undefined) {
    throw new Problem("refused");
  }
  return connectIn(1, invitationKeys(mac.secret), database, signaling, mac, events, givenUp);
}

async function connectIn(
  mode: Mode,
  keys: PairingKeys,
  database: Database,
  signaling: Signaling,
  mac: PairedMac,
  events: ConnectEvents,
  givenUp: AbortSignal,
): Promise<Connected> {
  let addressee: Addressee = { macId: mac.macId, deviceId: mac.deviceId, offerKey: keys.offerKey };
  events.onStep("signaling");
  const iceServers: IceServers = async (onLate) => {
    const withOwn = (told: RTCIceServer[]) => [...told, ...turnServers()];
    if (mac.localOnly) {
      return [];
    }
    if (onLate === undefined) {
      return withOwn(await signaling.iceServersAtHand(addressee));
    }
    const told = await signaling.iceServers(addressee, (late) => {
      if (late.length > 0) {
        onLate(withOwn(late));
      }
    });
    return withOwn(told);
  };
  const { peer, answer, phoneCertificate, macCertificate } = await Peer.connect(
    iceServers,
    (sdp) => signaling.offer(addressee, sdp),
    () => events.onStep("network"),
    givenUp,
  );
  try {
    events.onStep("handshake");
    const { transport, macName } = await shakeHands(peer, {
      prologue: writePrologue({
        mode,
        phoneCertificate,
        macCertificate,
        offerNonce: answer.offerNonce,
        answerNonce: answer.answerNonce,
        versions: VERSIONS,
        chosen: answer.version,
      }),
      key: mac.key,
      macPublicKey: mac.macPublicKey,
      psk: keys.psk,
      deviceId: mac.deviceId,
      phoneName: mode === 1 ? phoneName() : undefined,
    });
    givenUp.throwIfAborted();
    const session = new Session(peer, new SecureChannel(transport));
    const named = { ...mac, macName, vouching: undefined, usedAt: Date.now() };
    if (mode === 1) {
      events.onCode(confirmationCode(transport.handshakeHash));
      const paired = await complete(database, session, named, transport.handshakeHash);
      // The invitation is used up: an ICE restart of this session needs the lasting key.
      addressee = { ...addressee, offerKey: paired.lasting?.offerKey ?? addressee.offerKey };
      return { session, mac: paired };
    }
    return { session, mac: await prove(database, session, named) };
  } catch (error) {
    peer.close();
    throw error;
  }
}

/** The first data of mode 2 makes the session live; its echo shows that the Mac has the lasting keys. */
async function prove(database: Database, session: Session, mac: PairedMac): Promise<PairedMac> {
  const proved = session.ping(10_000);
  if (mac.secret === undefined) {
    return database.storeMac(mac);
  }
  if ((await proved) === undefined) {
    throw new Problem("lost");
  }
  return eraseSecret(database, mac);
}
