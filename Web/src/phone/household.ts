import { randomBytes, toBase64Url } from "../bytes.ts";
import { generate, open, preferredKind } from "../noise/diffieHellman.ts";
import { deviceId, vouchedKeys } from "../protocol/keySchedule.ts";
import type { MacMessage, NamedMac, PhoneMessage } from "../protocol/messages.ts";
import { sealPairing } from "../protocol/sealedPairing.ts";
import type { Database, PairedMac } from "./database.ts";
import { phoneName } from "./device.ts";

/** A pairing that no session has proved is made anew before the Mac forgets it, which is after a week. */
const UNPROVED_MS = 6 * 24 * 3_600_000;

/** Pairs with the household's other Macs without a scan: the one of this session names them and vouches. */
export class Household {
  readonly #database: Database;
  readonly #mac: PairedMac;
  readonly #send: (message: PhoneMessage) => void;
  readonly #macsId = newId();
  readonly #asked = new Map<string, PairedMac>();

  constructor(database: Database, mac: PairedMac, send: (message: PhoneMessage) => void) {
    this.#database = database;
    this.#mac = mac;
    this.#send = send;
  }

  ask(): void {
    this.#send({ op: "macs", id: this.#macsId });
  }

  /** Whether a message is about the other Macs. */
  static concerns(message: MacMessage): boolean {
    return message.op === "error"
      ? message.for === "macs" || message.for === "vouch"
      : message.op === "macs" || message.op === "vouched";
  }

  /** Takes what it asked for; anything else is not its business. */
  async receive(message: MacMessage): Promise<void> {
    if (message.op === "macs" && message.id === this.#macsId) {
      for (const named of message.macs) {
        await this.#want(named);
      }
    } else if (message.op === "vouched") {
      const asked = this.#take(message.id, message.mac);
      if (asked !== undefined) {
        await this.#accepted(asked);
      }
    } else if (message.op === "error" && message.for === "vouch" && message.id !== undefined) {
      const asked = this.#take(message.id);
      if (asked !== undefined) {
        await this.#database.forgetMac(asked.deviceId);
      }
    }
  }

  async #want(named: NamedMac): Promise<void> {
    const known = (await this.#database.macs()).filter(({ macId }) => macId === named.mac);
    // A key that is known is never replaced by one that somebody names.
    const isKept = ({ vouching, vouchedAt = 0 }: PairedMac) =>
      vouching === undefined || (vouching === "accepted" && Date.now() - vouchedAt < UNPROVED_MS);
    if (named.mac === this.#mac.macId || known.some(isKept)) {
      return;
    }
    const kind = await preferredKind();
    const key = await generate(kind);
    const secret = randomBytes(32);
    const record = await this.#database.storeMac({
      deviceId: deviceId(secret),
      macId: named.mac,
      macPublicKey: named.key,
      macName: named.name,
      localOnly: this.#mac.localOnly,
      ownerConfirms: false,
      expiry: 0,
      key,
      secret: undefined,
      lasting: vouchedKeys(secret),
      vouching: "asked",
      // Below every Mac that was used: the page opens with that one.
      usedAt: 0,
    });
    const to = {
      voucherMac: this.#mac.macId,
      voucherDevice: this.#mac.deviceId,
      mac: named.mac,
      macPublicKey: named.key,
    };
    const ephemeral = async () => open(await generate(kind));
    const sealed = await sealPairing(to, secret, key.publicKey, phoneName(), ephemeral);
    secret.fill(0);
    const id = newId();
    this.#asked.set(id, record);
    this.#send({ op: "vouch", id, mac: named.mac, sealed: toBase64Url(sealed) });
  }

  async #accepted(asked: PairedMac): Promise<void> {
    await this.#database.storeMac({ ...asked, vouching: "accepted", vouchedAt: Date.now() });
    for (const other of await this.#database.macs()) {
      if (other.macId === asked.macId && other.vouching !== undefined && other.deviceId !== asked.deviceId) {
        await this.#database.forgetMac(other.deviceId);
      }
    }
  }

  #take(id: string, mac?: string): PairedMac | undefined {
    const asked = this.#asked.get(id);
    if (asked === undefined || (mac !== undefined && asked.macId !== mac)) {
      return undefined;
    }
    this.#asked.delete(id);
    return asked;
  }
}

function newId(): string {
  return toBase64Url(randomBytes(16));
}
