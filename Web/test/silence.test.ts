import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { type Connection, PhoneStage } from "./phoneStage.ts";

const away = { kind: "waiting", problem: "mac_offline" };

/** A phone with a live session, after one offer. */
async function live(context: TestContext): Promise<PhoneStage> {
  const stage = new PhoneStage(context);
  await stage.start();
  assert.deepEqual([stage.phone.link.kind, stage.offers, stage.handshakes], ["live", 1, 1]);
  return stage;
}

/** The Mac is killed, and the front door has noticed. */
function die(stage: PhoneStage): void {
  stage.isHeard = false;
  stage.door = "mac offline";
}

test("That a Mac died is told when it is 3.5 seconds silent, and its session is kept", async (context) => {
  const stage = await live(context);
  die(stage);
  await stage.pass(3_400);
  assert.deepEqual([stage.phone.link.kind, stage.offers], ["live", 1]);
  await stage.pass(200);
  assert.deepEqual([stage.phone.link, stage.phone.isMacAway, stage.phone.isLive], [away, true, false]);
  assert.deepEqual([stage.connections.length, stage.connections[0]?.isClosed], [1, false]);
});

test("While an answer is under way that is told within 3 seconds", async (context) => {
  const stage = await live(context);
  stage.phone.ask("Hi");
  await stage.pass(2_000);
  die(stage);
  await stage.pass(3_000);
  assert.deepEqual([stage.phone.link, stage.phone.isMacAway], [away, true]);
  assert.equal(stage.phone.conversation.open?.state, "sent");
});

test("A front door that does not answer either is told as that", async (context) => {
  const stage = await live(context);
  stage.isHeard = false;
  stage.door = "away";
  await stage.pass(3_700);
  assert.deepEqual(stage.phone.link, { kind: "waiting", problem: "front_door_unreachable" });
  assert.equal(stage.phone.isMacAway, false);
});

test("A front door that says so late is heard all the same", async (context) => {
  const stage = await live(context);
  stage.isHeard = false;
  stage.door = "holds";
  await stage.pass(5_400);
  assert.equal(stage.offers, 2);
  stage.door = "answers";
  await stage.pass(300);
  assert.deepEqual([stage.offers, stage.phone.link.kind], [3, "live"]);
  stage.door = "mac offline";
  await stage.release();
  assert.deepEqual([stage.phone.link, stage.offers], [away, 3]);
});

test("A front door that has lost the Mac ends nothing, and nothing is told, while the path works", async (context) => {
  const stage = await live(context);
  stage.door = "mac offline";
  await stage.changeNetwork();
  for (let passed = 0; passed < 20_000; passed += 100) {
    await stage.pass(100);
    assert.deepEqual([stage.phone.link.kind, stage.phone.isMacAway], ["live", false]);
  }
  assert.deepEqual([stage.connections.length, stage.connections[0]?.isClosed], [1, false]);
});

test("A Mac that comes back is found over the session that it had", async (context) => {
  const stage = await live(context);
  die(stage);
  await stage.pass(20_000);
  assert.deepEqual([stage.phone.link, stage.connections.length], [away, 1]);
  stage.isHeard = true;
  stage.door = "answers";
  await stage.pass(2_200);
  assert.deepEqual([stage.phone.link.kind, stage.phone.change], ["live", "restarted"]);
  assert.deepEqual([stage.phone.isMacAway, stage.handshakes], [false, 1]);
});

test("A Mac that is heard again counts, whatever the front door says", async (context) => {
  const stage = await live(context);
  die(stage);
  await stage.pass(8_000);
  assert.deepEqual(stage.phone.link, away);
  stage.isHeard = true;
  await stage.pass(4_200);
  assert.deepEqual([stage.phone.link.kind, stage.phone.isMacAway], ["live", false]);
  assert.deepEqual([stage.phone.change, stage.handshakes, stage.connections.length], [undefined, 1, 1]);
});

test("A Mac that is away for longer than its session lasts gets a new one", async (context) => {
  const stage = await live(context);
  die(stage);
  await stage.pass(33_000);
  assert.equal(stage.connections[0]?.isClosed, false);
  await stage.pass(4_000);
  assert.equal(stage.connections[0]?.isClosed, true);
  assert.equal(stage.phone.isMacAway, true);
  stage.isHeard = true;
  stage.door = "answers";
  await stage.pass(16_000);
  assert.deepEqual([stage.phone.link.kind, stage.phone.change], ["live", "connected anew"]);
});

test("A Mac that is heard anyway is asked for nothing", async (context) => {
  const stage = await live(context);
  const before = stage.pings;
  for (let seq = 1; seq <= 8; seq++) {
    await stage.say({ op: "delta", id: "a", seq, content: "x" });
    await stage.pass(500);
  }
  assert.equal(stage.pings, before);
});

test("A page that nobody sees asks for nothing, and asks at once when it is seen again", async (context) => {
  const stage = await live(context);
  await stage.see(false);
  await stage.pass(6_000);
  const before = stage.pings;
  die(stage);
  await stage.pass(20_000);
  assert.deepEqual([stage.pings, stage.offers, stage.phone.link.kind], [before, 1, "live"]);
  await stage.see(true);
  await stage.pass(1_900);
  assert.equal(stage.phone.link.kind, "live");
  await stage.pass(200);
  assert.deepEqual(stage.phone.link, away);
});

test("What a page that stood still missed is no silence", async (context) => {
  const stage = await live(context);
  stage.isHeard = false;
  await stage.pass(2_000);
  stage.isHeard = true;
  stage.now += 60_000;
  await stage.pass(4_000);
  assert.deepEqual([stage.offers, stage.phone.link.kind], [1, "live"]);
});

test("A long way is no silence once it is known", async (context) => {
  const stage = await live(context);
  stage.roundTripMs = 2_500;
  await stage.pass(15_000);
  const { offers } = stage;
  await stage.pass(30_000);
  assert.deepEqual([stage.offers, stage.handshakes, stage.phone.link.kind], [offers, 1, "live"]);
});

test("What is known of a long way is known still when the page is seen again", async (context) => {
  const stage = await live(context);
  stage.roundTripMs = 2_500;
  await stage.pass(15_000);
  const { offers } = stage;
  for (let look = 0; look < 3; look++) {
    await stage.see(false);
    await stage.pass(4_000);
    await stage.see(true);
    await stage.pass(4_000);
  }
  assert.deepEqual([stage.offers, stage.handshakes, stage.phone.link.kind], [offers, 1, "live"]);
});

/** So many bytes wait to be sent, and the Mac says nothing before it has them. */
function load(stage: PhoneStage, bytes: number): Connection["channel"] {
  const [connection] = stage.connections;
  assert.ok(connection !== undefined);
  connection.channel.bufferedAmount = bytes;
  stage.isHeard = false;
  return connection.channel;
}

/** A slow path takes 500 bytes in each tenth of a second. */
async function drain(stage: PhoneStage, channel: Connection["channel"], milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 100) {
    channel.bufferedAmount -= 500;
    await stage.pass(100);
  }
}

test("A long question on its way is no silence, nor is its end", async (context) => {
  const stage = await live(context);
  const channel = load(stage, 100_000);
  await drain(stage, channel, 8_200);
  assert.deepEqual([stage.offers, stage.phone.link.kind], [1, "live"]);
  // The ping of the fifth second waited to its end.
  channel.bufferedAmount = 0;
  stage.isHeard = true;
  await stage.pass(4_000);
  assert.deepEqual([stage.offers, stage.connections.length, stage.phone.link.kind], [1, 1, "live"]);
});

test("A question that stands still on its way is silence, also when more is put behind it", async (context) => {
  const stage = await live(context);
  load(stage, 100_000);
  die(stage);
  await stage.pass(2_000);
  stage.phone.ask("Hi");
  await stage.pass(1_400);
  assert.deepEqual([stage.phone.link.kind, stage.offers], ["live", 1]);
  await stage.pass(200);
  assert.deepEqual([stage.phone.link, stage.phone.isMacAway], [away, true]);
});

test("A question that stops halfway is silence, too", async (context) => {
  const stage = await live(context);
  const channel = load(stage, 100_000);
  await drain(stage, channel, 7_000);
  die(stage);
  await stage.pass(4_000);
  assert.deepEqual([stage.phone.link, stage.connections.length], [away, 1]);
});

test("A question that takes longer than a ping may is not sent again over a new connection", async (context) => {
  const stage = await live(context);
  const channel = load(stage, 200_000);
  await drain(stage, channel, 20_000);
  assert.deepEqual([stage.offers, stage.handshakes, stage.phone.link.kind], [1, 1, "live"]);
  channel.bufferedAmount = 0;
  stage.isHeard = true;
  // The ping of the eighteenth second was not answered; the next one measures.
  await stage.pass(12_000);
  assert.deepEqual([stage.offers, stage.phone.link], [1, { kind: "live", path: undefined, roundTripMs: 0 }]);
});
