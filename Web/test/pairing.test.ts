import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { randomBytes, toHex } from "../src/bytes.ts";
import { generate } from "../src/noise/diffieHellman.ts";
import type { Database, PairedMac } from "../src/phone/database.ts";
import { complete, pairedBy, prepare } from "../src/phone/pairing.ts";
import { isFinal, Problem } from "../src/phone/problem.ts";
import type { Session, SessionEvents } from "../src/phone/session.ts";
import { CloseCode } from "../src/protocol/frame.ts";
import { deviceId, lastingKeys } from "../src/protocol/keySchedule.ts";
import type { PhoneMessage } from "../src/protocol/messages.ts";

/** A phone in the middle of a pairing, and the Mac's end of it in the test's hand. */
class Stage {
  readonly stored: PairedMac[] = [];
  readonly said: PhoneMessage[] = [];
  readonly secret = randomBytes(32);
  readonly hash = randomBytes(64);
  readonly paired: Promise<PairedMac>;
  events: SessionEvents | undefined;

  constructor(ownerConfirms = false) {
    const database = {
      storeMac: async (mac: PairedMac) => {
        this.stored.push(mac);
        return mac;
      },
      forgetOthers: async () => undefined,
    };
    const session = {
      listen: (events: SessionEvents) => (this.events = events),
      send: (message: PhoneMessage) => this.said.push(message),
    };
    const mac: PairedMac = {
      deviceId: deviceId(this.secret),
      macId: "aaaaaaaaaaaaaaaa",
      macPublicKey: randomBytes(32),
      macName: "Studio",
      localOnly: false,
      ownerConfirms,
      expiry: 0,
      key: { kind: "bytes", privateKey: randomBytes(32), publicKey: randomBytes(32) },
      secret: this.secret,
      lasting: undefined,
      usedAt: 0,
    };
    this.paired = complete(database as unknown as Database, session as unknown as Session, mac, this.hash);
    this.paired.catch(() => undefined);
  }

  /** How the pairing failed. */
  async problem(): Promise<string> {
    try {
      await this.paired;
    } catch (error) {
      assert.ok(error instanceof Problem);
      return error.code;
    }
    throw new Error("It did not fail.");
  }
}

/** Lets the promises run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("Stores the lasting keys before the Mac hears of it, and erases the secret when the Mac is done", async () => {
  const stage = new Stage();
  const k = randomBytes(32);
  const expected = lastingKeys(stage.secret, k.slice(), stage.hash);
  stage.events?.onMessage({ op: "paired", k });
  assert.deepEqual([stage.stored.length, stage.said.length], [1, 0]);
  await settle();
  assert.deepEqual(stage.said, [{ op: "paired_ack" }]);
  stage.events?.onMessage({ op: "paired_done" });
  const mac = await stage.paired;
  assert.equal(toHex(mac.lasting?.psk ?? randomBytes(1)), toHex(expected.psk));
  assert.equal(mac.secret, undefined);
});

test("Knows the Mac of a link that it paired by, and of no other", async () => {
  const stage = new Stage();
  const link = {
    origin: "https://door.example",
    macPublicKey: randomBytes(32),
    secret: stage.secret,
    expiry: 0,
    localOnly: false,
    ownerConfirms: false,
  };
  const database = {
    mac: async (id: string) => stage.stored.findLast((stored) => stored.deviceId === id),
  } as unknown as Database;
  assert.equal(await pairedBy(database, link), undefined);
  stage.events?.onMessage({ op: "paired", k: randomBytes(32) });
  await settle();
  stage.events?.onMessage({ op: "paired_done" });
  const mac = await stage.paired;
  assert.equal(await pairedBy(database, link), mac);
  assert.equal(await pairedBy(database, { ...link, secret: randomBytes(32) }), undefined);
  stage.stored.push({ ...mac, lasting: undefined });
  assert.equal(await pairedBy(database, link), undefined, "the pairing was never completed");
});

/** A database that may not write, and a link. */
async function unpaired() {
  const stored = new Map<string, PairedMac>();
  const disk = { isFull: false, writes: 0 };
  const database = {
    mac: async (id: string) => stored.get(id),
    storeMac: async (mac: PairedMac) => {
      disk.writes++;
      if (disk.isFull) {
        throw new Problem("storage");
      }
      stored.set(mac.deviceId, mac);
      return mac;
    },
  } as unknown as Database;
  const link = {
    origin: "https://door.example",
    macPublicKey: (await generate("bytes")).publicKey,
    secret: randomBytes(32),
    expiry: 0,
    localOnly: false,
    ownerConfirms: false,
  };
  return { disk, database, link };
}

test("Two quick taps make one key, and a later one finds it", async () => {
  const { disk, database, link } = await unpaired();
  const again = { ...link, secret: link.secret.slice() };
  const [first, second] = await Promise.all([prepare(database, link), prepare(database, again)]);
  assert.equal(first, second);
  assert.equal(disk.writes, 1);
  assert.equal(await prepare(database, again), first);
  const other = await prepare(database, { ...link, secret: randomBytes(32) });
  assert.notEqual(toHex(other.key.publicKey), toHex(first.key.publicKey));
  assert.equal(disk.writes, 2);
});

test("A tap after one that failed begins anew", async () => {
  const { disk, database, link } = await unpaired();
  disk.isFull = true;
  const both = await Promise.allSettled([prepare(database, link), prepare(database, link)]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  disk.isFull = false;
  assert.equal((await prepare(database, link)).secret, link.secret);
});

test("A Mac that is gone, restarts or errs in the middle is tried again, and keeps its link", async () => {
  for (const [closeCode, code] of [
    [undefined, "lost"],
    [CloseCode.shutdown, "shutdown"],
    [CloseCode.renew, "lost"],
    [CloseCode.idle, "lost"],
    [CloseCode.protocol, "protocol"],
    [CloseCode.tooLarge, "protocol"],
  ] as const) {
    for (const isStored of [false, true]) {
      const stage = new Stage();
      if (isStored) {
        stage.events?.onMessage({ op: "paired", k: randomBytes(32) });
        await settle();
      }
      stage.events?.onEnd(closeCode);
      assert.equal(await stage.problem(), code);
      assert.equal(isFinal(code), false);
      assert.equal(stage.stored.length, isStored ? 1 : 0);
      assert.ok(stage.stored.every((mac) => mac.secret === stage.secret));
    }
  }
});

test("The Mac's own word ends a pairing for good", async () => {
  for (const [closeCode, code] of [
    [CloseCode.refused, "not_confirmed"],
    [CloseCode.revoked, "revoked"],
  ] as const) {
    const stage = new Stage();
    stage.events?.onEnd(closeCode);
    assert.equal(await stage.problem(), code);
    assert.equal(isFinal(code), true);
  }
});

for (const [ownerConfirms, seconds] of [
  [false, 15],
  [true, 75],
] as const) {
  test(`A Mac that is silent for ${seconds} s is tried again`, async (context: TestContext) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const stage = new Stage(ownerConfirms);
    let isOver = false;
    stage.paired.catch(() => (isOver = true));
    context.mock.timers.tick(seconds * 1_000 - 1);
    await settle();
    assert.equal(isOver, false);
    context.mock.timers.tick(1);
    assert.equal(await stage.problem(), "lost");
  });
}
