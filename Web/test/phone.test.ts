import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Database } from "../src/phone/database.ts";
import { Problem } from "../src/phone/problem.ts";
import { CloseCode } from "../src/protocol/frame.ts";
import { PhoneStage } from "./phoneStage.ts";

/** A phone with a live session, after one offer. */
async function live(context: TestContext): Promise<PhoneStage> {
  const stage = new PhoneStage(context);
  await stage.start();
  assert.equal(stage.phone.link.kind, "live");
  assert.deepEqual([stage.offers, stage.handshakes], [1, 1]);
  return stage;
}

test("A change of the network restarts the path of the session that lives", async (context) => {
  const stage = await live(context);
  await stage.changeNetwork();
  assert.deepEqual([stage.offers, stage.handshakes], [2, 1]);
  assert.deepEqual([stage.phone.link.kind, stage.phone.change], ["live", "restarted"]);
});

test("A restart that is under way is not thrown away because the path is silent", async (context) => {
  const stage = await live(context);
  stage.door = "holds";
  await stage.changeNetwork();
  assert.equal(stage.offers, 2);
  stage.connections[0]?.become("disconnected");
  await stage.settle();
  assert.equal(stage.offers, 2);
  await stage.release();
  assert.equal(stage.phone.change, "restarted");
});

test("A path that failed, as all its addresses are gone, is restarted", async (context) => {
  const stage = await live(context);
  stage.connections[0]?.become("failed");
  await stage.settle();
  assert.deepEqual([stage.offers, stage.handshakes, stage.phone.change], [2, 1, "restarted"]);
});

test("A Mac that has given the connection up gets a new one at once", async (context) => {
  const stage = await live(context);
  stage.isForgetful = true;
  stage.isHeard = false;
  await stage.changeNetwork();
  stage.isForgetful = false;
  stage.isHeard = true;
  await stage.settle();
  assert.deepEqual([stage.offers, stage.handshakes, stage.phone.change], [3, 2, "connected anew"]);
});

test("A restart that began in a network that is gone is begun again at once", async (context) => {
  const stage = await live(context);
  stage.door = "holds";
  await stage.changeNetwork();
  stage.door = "answers";
  await stage.changeNetwork();
  assert.equal(stage.offers, 3);
  assert.equal(stage.phone.change, "restarted");
});

test("A search that begins again in another network has its whole time", async (context) => {
  const stage = await live(context);
  stage.isHeard = false;
  await stage.changeNetwork();
  await stage.pass(8_000);
  await stage.changeNetwork();
  await stage.pass(5_900);
  stage.isHeard = true;
  await stage.pass(200);
  assert.deepEqual([stage.phone.change, stage.handshakes], ["restarted", 1]);
});

test("A search that could offer nothing at first has its whole time from the first offer", async (context) => {
  const stage = await live(context);
  stage.isHeard = false;
  stage.door = "away";
  await stage.changeNetwork();
  await stage.pass(14_000);
  assert.deepEqual([stage.handshakes, stage.connections.length], [1, 1]);
  stage.door = "answers";
  await stage.pass(3_500);
  stage.isHeard = true;
  await stage.pass(4_000);
  assert.deepEqual([stage.phone.change, stage.handshakes, stage.connections.length], ["restarted", 1, 1]);
});

test("An offer that gets no answer is followed by another one, and each is waited for longer", async (context) => {
  const stage = await live(context);
  stage.door = "holds";
  await stage.changeNetwork();
  await stage.pass(2_000);
  assert.equal(stage.offers, 3);
  await stage.pass(3_900);
  assert.equal(stage.offers, 3);
  await stage.pass(100);
  assert.equal(stage.offers, 4);
  assert.equal(stage.phone.isLive, true);
});

test("A path that comes late is waited for longer each time", async (context) => {
  const stage = await live(context);
  stage.isHeard = false;
  await stage.changeNetwork();
  await stage.pass(2_000);
  assert.equal(stage.offers, 3);
  await stage.pass(3_900);
  assert.equal(stage.offers, 3);
  stage.isHeard = true;
  await stage.pass(2_000);
  assert.deepEqual([stage.phone.change, stage.handshakes], ["restarted", 1]);
});

test("When no path is found there is a new connection", async (context) => {
  const stage = await live(context);
  stage.isHeard = false;
  await stage.changeNetwork();
  await stage.pass(16_000);
  assert.equal(stage.handshakes, 2);
  assert.deepEqual([stage.phone.link.kind, stage.phone.change], ["live", "connected anew"]);
});

test("A silence that was measured during a search says nothing of the path that was found", async (context) => {
  const stage = await live(context);
  await stage.pass(4_000);
  stage.isHeard = false;
  await stage.changeNetwork();
  // The measure of the fifth second is due in the thirteenth; the path is found in the sixth.
  await stage.pass(1_500);
  stage.isHeard = true;
  await stage.pass(1_000);
  assert.equal(stage.phone.change, "restarted");
  await stage.pass(8_000);
  assert.deepEqual([stage.phone.link.kind, stage.handshakes], ["live", 1]);
});

test("A path that lives is kept while the front door is away, which is asked ever less", async (context) => {
  const stage = await live(context);
  stage.door = "away";
  await stage.changeNetwork();
  await stage.pass(20_000);
  assert.deepEqual([stage.phone.link.kind, stage.phone.change], ["live", undefined]);
  assert.deepEqual([stage.connections.length, stage.connections[0]?.isClosed], [1, false]);
  assert.ok(stage.offers < 20, String(stage.offers));
});

test("What the session before still waits for does not hold up the next one", async (context) => {
  const stage = await live(context);
  stage.door = "holds";
  await stage.changeNetwork();
  stage.connections[0]?.end();
  stage.door = "answers";
  await stage.pass(500);
  assert.deepEqual([stage.phone.link.kind, stage.offers, stage.handshakes], ["live", 3, 2]);
  await stage.changeNetwork();
  assert.equal(stage.offers, 4);
  assert.equal(stage.phone.change, "restarted");
});

test("An attempt to connect that began in another network is given up, and never becomes live", async (context) => {
  const stage = new PhoneStage(context);
  stage.door = "holds";
  await stage.start();
  await stage.changeNetwork();
  await stage.pass(4_900);
  assert.equal(stage.offers, 1);
  await stage.pass(100);
  assert.deepEqual([stage.offers, stage.connections[0]?.isClosed], [2, true]);
  await stage.release();
  assert.equal(stage.phone.link.kind, "live");
  await stage.pass(1_000);
  assert.deepEqual([stage.handshakes, stage.connections[1]?.isClosed], [1, false]);
});

test("Attempts get longer each time that the network changes", async (context) => {
  const stage = new PhoneStage(context);
  stage.door = "holds";
  await stage.start();
  for (let change = 0; change < 20; change++) {
    await stage.changeNetwork();
    await stage.pass(1_000);
  }
  // After 5 and 15 seconds.
  assert.equal(stage.offers, 3);
});

test("An answer that was given up without a connection is stopped in the next session", async (context) => {
  const stage = await live(context);
  stage.phone.ask("Hi");
  await stage.settle();
  const id = stage.heard.find(({ op }) => op === "chat")?.["id"];
  assert.equal(typeof id, "string");
  stage.door = "away";
  stage.connections[0]?.end();
  await stage.settle();
  assert.equal(stage.phone.isLive, false);
  stage.phone.startOver();
  assert.equal(stage.heard.some(({ op }) => op === "cancel"), false);
  stage.door = "answers";
  await stage.pass(1_000);
  assert.deepEqual([stage.phone.link.kind, stage.phone.conversation.turns.length], ["live", 0]);
  const cancels = stage.heard.filter(({ op }) => op === "cancel");
  assert.deepEqual(cancels, [{ op: "cancel", id }]);
});

test("A phone that was left does not come back", async (context) => {
  const stage = await live(context);
  stage.phone.leave();
  await stage.pass(20_000);
  assert.deepEqual([stage.offers, stage.connections[0]?.isClosed], [1, true]);
});

test("Says that the Mac is away also while it is asked again", async (context) => {
  const stage = new PhoneStage(context);
  stage.door = "mac offline";
  await stage.start();
  assert.deepEqual([stage.phone.link.kind, stage.phone.isMacAway], ["waiting", true]);
  stage.door = "holds";
  await stage.pass(500);
  assert.deepEqual([stage.phone.link.kind, stage.phone.isMacAway], ["connecting", true]);
  await stage.release();
  assert.deepEqual([stage.phone.link.kind, stage.phone.isMacAway], ["live", false]);
});

test("An estimate of the network's speed restarts nothing; another kind of network does", async (context) => {
  const stage = new PhoneStage(context);
  stage.network.type = "wifi";
  await stage.start();
  stage.network.dispatchEvent(new Event("change"));
  await stage.settle();
  assert.equal(stage.offers, 1);
  stage.network.type = "cellular";
  stage.network.dispatchEvent(new Event("change"));
  await stage.settle();
  assert.deepEqual([stage.offers, stage.phone.change], [2, "restarted"]);
});

test("A pairing for the local network uses no server, not even one that a person typed", async (context) => {
  const settings = JSON.stringify({ turnUrl: "turn:turn.example", turnUser: "u", turnPassword: "p" });
  Object.defineProperty(globalThis, "localStorage", { value: { getItem: () => settings }, configurable: true });
  context.after(() => Reflect.deleteProperty(globalThis, "localStorage"));
  const stage = await live(context);
  assert.deepEqual(stage.connections[0]?.servers, []);
});

test("A session that cannot be renewed goes on, and is renewed later", async (context) => {
  const stage = await live(context);
  stage.now += 11.6 * 3_600_000;
  stage.door = "away";
  await stage.pass(5_000);
  assert.equal(stage.offers, 2);
  assert.deepEqual([stage.phone.link.kind, stage.connections[0]?.isClosed], ["live", false]);
  stage.phone.ask("Hi");
  await stage.pass(55_000);
  assert.equal(stage.offers, 2);
  assert.equal(stage.heard.filter(({ op }) => op === "chat").length, 1);
  stage.door = "answers";
  await stage.pass(15_000);
  assert.deepEqual([stage.phone.link.kind, stage.handshakes], ["live", 2]);
  assert.deepEqual(stage.connections.map(({ isClosed }) => isClosed), [true, true, false]);
});

test("A session that died while it was renewed is followed by another try", async (context) => {
  const stage = await live(context);
  stage.now += 11.6 * 3_600_000;
  stage.door = "holds";
  await stage.pass(5_000);
  assert.equal(stage.phone.link.kind, "connecting");
  stage.connections[0]?.end();
  stage.connections[1]?.close();
  await stage.release();
  assert.equal(stage.phone.link.kind, "waiting");
});

test("A connection that fails in the handshake, or right behind it, is not waited for", async (context) => {
  const stage = new PhoneStage(context);
  stage.onHandshake = (connection) => connection.become("failed");
  await stage.start();
  assert.equal(stage.phone.link.kind, "waiting");
  stage.onHandshake = (connection, answer) => {
    answer();
    connection.become("failed");
  };
  await stage.pass(500);
  assert.deepEqual([stage.phone.link.kind, stage.offers], ["waiting", 2]);
});

for (const [closeCode, kind, problem] of [
  [CloseCode.normal, "stopped", "elsewhere"],
  [CloseCode.renew, "waiting", "lost"],
  [CloseCode.protocol, "waiting", "protocol"],
  [CloseCode.tooLarge, "waiting", "protocol"],
  [CloseCode.refused, "stopped", "refused"],
  [CloseCode.revoked, "stopped", "revoked"],
  [CloseCode.shutdown, "waiting", "shutdown"],
  [CloseCode.idle, "waiting", "lost"],
] as const) {
  test(`The close code ${closeCode} of the Mac is the cause "${problem}"`, async (context) => {
    const stage = await live(context);
    await stage.close(closeCode);
    assert.deepEqual(stage.phone.link, { kind, problem });
  });
}

test("A Mac that breaks a rule is the cause, and is tried again", async (context) => {
  const stage = await live(context);
  stage.connections[0]?.channel.receive(Uint8Array.of(0x10, 1, 2, 3));
  await stage.settle();
  assert.deepEqual(stage.phone.link, { kind: "waiting", problem: "protocol" });
  await stage.pass(500);
  assert.equal(stage.phone.link.kind, "live");
});

test("A browser without WebRTC, and one that keeps nothing, say so", async (context) => {
  const stage = new PhoneStage(context);
  Reflect.set(globalThis, "RTCPeerConnection", undefined);
  await stage.start();
  assert.deepEqual(stage.phone.link, { kind: "stopped", problem: "no_webrtc" });
  // Node has no IndexedDB.
  await assert.rejects(Database.open(), (error) => error instanceof Problem && error.code === "storage");
});
