import { type Bytes } from "../bytes.ts";
import { generate, open, preferredKind, type StoredKind } from "../noise/diffieHellman.ts";
import { CloseCode } from "../protocol/frame.ts";
import { deviceId, lastingKeys, macId } from "../protocol/keySchedule.ts";
import type { PairingLink } from "../protocol/link.ts";
import type { Database, PairedMac } from "./database.ts";
import { Problem, type ProblemCode, within } from "./problem.ts";
import type { Session } from "./session.ts";

const PAIRED_TIMEOUT_MS = 15_000;

/** The owner has 60 s to accept the code. */
const CONFIRMED_TIMEOUT_MS = 75_000;

/** The Mac that this phone paired with by this link: the link may be used and expired. */
export async function pairedBy(database: Database, link: PairingLink): Promise<PairedMac | undefined> {
  const mac = await database.mac(deviceId(link.secret));
  return mac?.lasting === undefined ? undefined : mac;
}

/** What is being prepared, by the id that the link gives this phone. */
const preparing = new Map<string, Promise<PairedMac>>();

/**
 * Makes this phone's key for the link's Mac, or finds the one that was made for the same link before: also when that is
 * still being made, for the key that is stored last would not be the one that the Mac came to know.
 */
export function prepare(database: Database, link: PairingLink): Promise<PairedMac> {
  const id = deviceId(link.secret);
  const underWay = preparing.get(id);
  if (underWay !== undefined) {
    return underWay;
  }
  const made = findOrMake(database, link, id).finally(() => preparing.delete(id));
  preparing.set(id, made);
  return made;
}

async function findOrMake(database: Database, link: PairingLink, id: string): Promise<PairedMac> {
  const existing = await database.mac(id);
  if (existing !== undefined) {
    return existing;
  }
  const store = async (kind: StoredKind) => {
    const stored = await database.storeMac({
      deviceId: id,
      macId: macId(link.macPublicKey),
      macPublicKey: link.macPublicKey,
      macName: "",
      localOnly: link.localOnly,
      ownerConfirms: link.ownerConfirms,
      expiry: link.expiry,
      key: await generate(kind),
      secret: link.secret,
      lasting: undefined,
      usedAt: Date.now(),
    });
    // What was read back must also work.
    await open(stored.key).agree(link.macPublicKey);
    return stored;
  };
  const kind = await preferredKind();
  try {
    return await store(kind);
  } catch (error) {
    if (kind === "bytes") {
      throw error;
    }
    return store("bytes");
  }
}

/**
 * Replaces the link's secret by lasting keys, in an order that survives a crash at any point: they are
 * stored and read back before the Mac hears of it, and the secret goes only when the Mac has committed.
 */
export async function complete(
  database: Database,
  session: Session,
  mac: PairedMac,
  handshakeHash: Bytes,
): Promise<PairedMac> {
  const { secret } = mac;
  if (secret === undefined) {
    throw new Problem("storage");
  }
  const timeout = mac.ownerConfirms ? CONFIRMED_TIMEOUT_MS : PAIRED_TIMEOUT_MS;
  const steps = new Promise<PairedMac>((resolve, reject) => {
    let stored: Promise<PairedMac> | undefined;
    session.listen({
      onMessage(message) {
        if (message.op === "paired" && stored === undefined) {
          stored = database.storeMac({ ...mac, lasting: lastingKeys(secret, message.k, handshakeHash) });
          message.k.fill(0);
          stored.then(() => session.send({ op: "paired_ack" }), reject);
        } else if (message.op === "paired_done" && stored !== undefined) {
          stored.then(resolve, reject);
        } else if (message.op === "error") {
          reject(new Problem("not_confirmed"));
        }
      },
      onEnd: (closeCode) => reject(new Problem(problemOf(closeCode))),
      onDoubt: (hasFailed) => hasFailed && reject(new Problem("lost")),
    });
  });
  return eraseSecret(database, await within(timeout, steps, "lost"));
}

/**
 * Only the Mac's word ends a pairing. One that is simply gone, or silent for longer than its owner may take, has
 * forgotten nothing: the same link, or the lasting keys, go on where it was.
 */
function problemOf(closeCode: number | undefined): ProblemCode {
  switch (closeCode) {
    case CloseCode.refused:
      return "not_confirmed";
    case CloseCode.revoked:
      return "revoked";
    case CloseCode.shutdown:
      return "shutdown";
    case CloseCode.protocol:
    case CloseCode.tooLarge:
      return "protocol";
    default:
      return "lost";
  }
}

/** The Mac has proved the lasting keys: nothing is left of the link. */
export async function eraseSecret(database: Database, mac: PairedMac): Promise<PairedMac> {
  const stored = await database.storeMac({ ...mac, secret: undefined });
  await database.forgetOthers(stored);
  return stored;
}
