import { type Bytes, equal } from "../bytes.ts";
import type { StoredKeyPair } from "../noise/diffieHellman.ts";
import type { PairingKeys } from "../protocol/keySchedule.ts";
import { EXPIRY_TOLERANCE_SECONDS } from "../protocol/link.ts";
import { Problem } from "./problem.ts";
import type { Turn } from "./turn.ts";

/** What this phone knows of one Mac. `secret` is there until the lasting keys are proved. */
export interface PairedMac {
  readonly deviceId: string;
  readonly macId: string;
  readonly macPublicKey: Bytes;
  readonly macName: string;
  readonly localOnly: boolean;
  readonly ownerConfirms: boolean;
  /** Unix seconds. */
  readonly expiry: number;
  readonly key: StoredKeyPair;
  readonly secret: Bytes | undefined;
  readonly lasting: PairingKeys | undefined;
  /** How far another Mac's vouching is; undefined once a session has begun, and without one. */
  readonly vouching?: "asked" | "accepted" | undefined;
  /** Milliseconds; when the Mac accepted it. */
  readonly vouchedAt?: number | undefined;
  /** Milliseconds; the Mac used last is the one that the page opens. */
  readonly usedAt: number;
}

const MACS = "macs";
const CONVERSATIONS = "conversations";

/** The page's IndexedDB. Every write of a key is read back before anybody relies on it. */
export class Database {
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  static async open(): Promise<Database> {
    try {
      const request = indexedDB.open("quicpair", 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(MACS, { keyPath: "deviceId" });
        request.result.createObjectStore(CONVERSATIONS, { keyPath: "deviceId" });
      };
      return new Database(await result(request));
    } catch {
      throw new Problem("storage");
    }
  }

  async macs(): Promise<PairedMac[]> {
    return result<PairedMac[]>(this.#database.transaction(MACS).objectStore(MACS).getAll());
  }

  async mac(deviceId: string): Promise<PairedMac | undefined> {
    return result<PairedMac | undefined>(this.#database.transaction(MACS).objectStore(MACS).get(deviceId));
  }

  /** Stores the record durably and gives back what the database really holds. */
  async storeMac(mac: PairedMac): Promise<PairedMac> {
    try {
      await this.#write(MACS, (store) => store.put(mac));
    } catch {
      throw new Problem("storage");
    }
    const stored = await this.mac(mac.deviceId);
    if (stored === undefined || !holdsTheSameKeys(stored, mac)) {
      throw new Problem("storage");
    }
    return stored;
  }

  async forgetMac(deviceId: string): Promise<void> {
    await this.#write(MACS, (store) => store.delete(deviceId));
    await this.#write(CONVERSATIONS, (store) => store.delete(deviceId));
  }

  /** Once a pairing is complete, older ones with the same Mac are of no use. */
  async forgetOthers(mac: PairedMac): Promise<void> {
    for (const other of await this.macs()) {
      if (other.macId === mac.macId && other.deviceId !== mac.deviceId) {
        await this.forgetMac(other.deviceId);
      }
    }
  }

  /** Erases the secrets of invitations that are long over, and pairings that never got further. */
  async eraseExpiredSecrets(nowSeconds: number): Promise<void> {
    for (const mac of await this.macs()) {
      if (mac.secret === undefined || nowSeconds <= mac.expiry + EXPIRY_TOLERANCE_SECONDS) {
        continue;
      }
      if (mac.lasting === undefined) {
        await this.forgetMac(mac.deviceId);
      } else {
        await this.storeMac({ ...mac, secret: undefined });
      }
    }
  }

  async conversation(deviceId: string): Promise<Turn[]> {
    const store = this.#database.transaction(CONVERSATIONS).objectStore(CONVERSATIONS);
    const stored = await result<{ turns: Turn[] } | undefined>(store.get(deviceId));
    return stored?.turns ?? [];
  }

  async storeConversation(deviceId: string, turns: readonly Turn[]): Promise<void> {
    await this.#write(CONVERSATIONS, (store) => store.put({ deviceId, turns }));
  }

  async #write(name: string, change: (store: IDBObjectStore) => IDBRequest): Promise<void> {
    const transaction = this.#database.transaction(name, "readwrite", { durability: "strict" });
    change(transaction.objectStore(name));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  }
}

function holdsTheSameKeys(stored: PairedMac, wanted: PairedMac): boolean {
  return (
    equal(stored.key.publicKey, wanted.key.publicKey) &&
    stored.key.kind === wanted.key.kind &&
    same(stored.secret, wanted.secret) &&
    same(stored.lasting?.psk, wanted.lasting?.psk) &&
    same(stored.lasting?.offerKey, wanted.lasting?.offerKey)
  );
}

function same(a: Bytes | undefined, b: Bytes | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equal(a, b);
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
