import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { fromBase64Url, toBase64Url } from "../src/bytes.ts";
import { isFinal, Problem } from "../src/phone/problem.ts";
import { sentenceOf } from "../src/phone/sentences.ts";
import { type Addressee, Signaling } from "../src/phone/signaling.ts";
import {
  authenticateAnswer,
  authenticateIce,
  authenticateOffer,
} from "../src/protocol/offerAuthentication.ts";
import { vectors } from "./vectors.ts";

interface Request {
  mac: string;
  device: string;
  sdp: string;
  ts: number;
  nonce: string;
  versions: number[];
  auth: string;
}
interface Reply {
  status: number;
  body: object;
  headers?: Record<string, string>;
}

const { accepted } = vectors<{ accepted: { sdp: string }[] }>("quicpair/sdp.json");
const sdp = accepted[0]?.sdp ?? "";
const to: Addressee = {
  macId: "a".repeat(16),
  deviceId: "b".repeat(16),
  offerKey: new Uint8Array(32).fill(7),
};

/** A front door that answers as the test says, and the requests that it got. */
async function frontDoor(context: TestContext, reply: (request: Request, path: string) => Reply) {
  const requests: Request[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) {
      chunks.push(chunk as Buffer);
    }
    const request = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Request;
    requests.push(request);
    const { status, body, headers } = reply(request, incoming.url ?? "");
    outgoing.writeHead(status, { "content-type": "application/json", ...headers });
    outgoing.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { signaling: new Signaling(`http://127.0.0.1:${port}`), requests };
}

function answer(
  { nonce }: Request,
  change: Partial<Record<"sdp" | "nonce" | "version" | "auth", unknown>> = {},
): Reply {
  const offerNonce = fromBase64Url(nonce, 16) ?? new Uint8Array(16);
  const answerNonce = new Uint8Array(16).fill(5);
  const auth = toBase64Url(authenticateAnswer(to.offerKey, offerNonce, answerNonce, 1, sdp));
  return { status: 200, body: { v: 1, sdp, nonce: toBase64Url(answerNonce), version: 1, auth, ...change } };
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: "no problem" });
}

test("Authenticates the offer and verifies the answer", async (context) => {
  const { signaling, requests } = await frontDoor(context, (request) => answer(request));
  const got = await signaling.offer(to, sdp);
  const [request] = requests;
  assert.ok(request !== undefined);
  const nonce = fromBase64Url(request.nonce, 16);
  assert.ok(nonce !== undefined);
  assert.equal(request.auth, toBase64Url(authenticateOffer(to.offerKey, request.ts, nonce, [1], sdp)));
  assert.deepEqual([request.mac, request.device, request.versions], [to.macId, to.deviceId, [1]]);
  assert.equal(got.version, 1);
  assert.deepEqual(got.offerNonce, nonce);
});

test("Refuses an answer in which anything was changed", async (context) => {
  for (const change of [
    { sdp: sdp.replace("9C", "9D").replace("33:A9", "33:A8") },
    { nonce: toBase64Url(new Uint8Array(16)) },
    { nonce: "short" },
    { version: 2 },
    { auth: toBase64Url(new Uint8Array(16)) },
    { auth: undefined },
  ]) {
    const { signaling } = await frontDoor(context, (request) => answer(request, change));
    assert.equal((await problemOf(signaling.offer(to, sdp))).code, "answer_forged", JSON.stringify(change));
  }
});

test("Retries once with the Mac's time when the clock is off", async (context) => {
  const now = Math.floor(Date.now() / 1000) + 5_000;
  const { signaling, requests } = await frontDoor(context, (request) =>
    Math.abs(request.ts - now) < 300 ? answer(request) : { status: 403, body: { code: "refused", now } },
  );
  await signaling.offer(to, sdp);
  assert.equal(requests.length, 2);
  assert.notEqual(requests[0]?.nonce, undefined);
  await signaling.offer(to, sdp);
  assert.equal(requests.length, 3, "the difference is remembered");
});

/** A front door that refuses every request that is not of its time, and tells which it is. */
function timely(context: TestContext, clock: { seconds: () => number }) {
  return frontDoor(context, (request) =>
    Math.abs(request.ts - clock.seconds()) < 300
      ? answer(request)
      : { status: 403, body: { code: "refused", now: clock.seconds() } },
  );
}

test("A clock that is set right costs one refusal more", async (context) => {
  const right = () => Math.floor(Date.now() / 1000);
  const clock = { seconds: () => right() + 5_000 };
  const { signaling, requests } = await timely(context, clock);
  await signaling.offer(to, sdp);
  clock.seconds = right;
  await signaling.offer(to, sdp);
  assert.equal(requests.length, 4);
  await signaling.offer(to, sdp);
  assert.equal(requests.length, 5);
});

test("Two that are refused at the same moment for their time are both sent again", async (context) => {
  const { signaling, requests } = await timely(context, { seconds: () => Math.floor(Date.now() / 1000) + 5_000 });
  await Promise.all([signaling.offer(to, sdp), signaling.offer(to, sdp)]);
  assert.equal(requests.length, 4);
});

test("A time that led to no answer is forgotten: the front door's own clock may be wrong", async (context) => {
  const right = () => Math.floor(Date.now() / 1000);
  const mac = { accepts: false };
  const { signaling, requests } = await frontDoor(context, (request) =>
    mac.accepts && Math.abs(request.ts - right()) < 300
      ? answer(request)
      : { status: 403, body: { code: "refused", now: right() + 5_000 } },
  );
  assert.equal((await problemOf(signaling.offer(to, sdp))).code, "refused");
  assert.equal(requests.length, 2);
  mac.accepts = true;
  await signaling.offer(to, sdp);
  assert.equal(requests.length, 3);
});

test("A refusal that tells no time is a refusal", async (context) => {
  for (const now of [undefined, null, "1", -1, 1.5, 2 ** 53]) {
    const { signaling, requests } = await frontDoor(context, () => ({
      status: 403,
      body: { code: "refused", now },
    }));
    assert.equal((await problemOf(signaling.offer(to, sdp))).code, "refused");
    assert.equal(requests.length, 1, String(now));
  }
});

test("A refusal with a right clock is a refusal", async (context) => {
  const { signaling, requests } = await frontDoor(context, () => ({
    status: 403,
    body: { code: "refused", now: Math.floor(Date.now() / 1000) },
  }));
  assert.equal((await problemOf(signaling.offer(to, sdp))).code, "refused");
  assert.equal(requests.length, 1);
});

test("Each refusal has its code and sentence", async (context) => {
  for (const [status, code, expected] of [
    [400, "version", "version"],
    [400, "bad_request", "bad_request"],
    [400, "mac_required", "mac_required"],
    [403, "refused", "refused"],
    [404, "mac_unknown", "mac_unknown"],
    [503, "mac_offline", "mac_offline"],
    [429, "rate", "overloaded"],
    [502, undefined, "overloaded"],
    [404, "not_found", "front_door_unreachable"],
    [403, undefined, "front_door_unreachable"],
  ] as const) {
    const reply = { status, body: { code }, headers: { "retry-after": "3" } };
    const { signaling } = await frontDoor(context, () => reply);
    const problem = await problemOf(signaling.offer(to, sdp));
    assert.deepEqual([problem.code, problem.retryAfterMs], [expected, 3_000]);
    assert.notEqual(sentenceOf(problem.code), sentenceOf("?"));
  }
});

test("A proxy's 403 and 404 are not the Mac's word: they pass, and move no clock", async (context) => {
  const now = Math.floor(Date.now() / 1000) + 5_000;
  for (const status of [401, 403, 404, 407, 413]) {
    for (const body of ["<h1>Nothing here</h1>", "", `{"code":${status},"now":${now}}`]) {
      let requests = 0;
      const server = createServer((request, response) => {
        requests++;
        request.resume().on("end", () => response.writeHead(status).end(body));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      context.after(() => server.close());
      const { port } = server.address() as AddressInfo;
      const { code } = await problemOf(new Signaling(`http://127.0.0.1:${port}`).offer(to, sdp));
      assert.deepEqual([code, requests], ["front_door_unreachable", 1], `${status} ${body}`);
      assert.equal(isFinal(code), false);
    }
  }
});

test("Says that the front door does not answer", async () => {
  const { code } = await problemOf(new Signaling("http://127.0.0.1:1").offer(to, sdp));
  assert.equal(code, "front_door_unreachable");
});

test("An answer that broke off, and a page that is none, are no forgery", async (context) => {
  const answers: ((response: ServerResponse) => void)[] = [
    (response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write('{"v":1,', () => response.destroy());
    },
    (response) => response.writeHead(200).end("<h1>Welcome to our hotel</h1>"),
    (response) => response.writeHead(200).end("null"),
  ];
  for (const respond of answers) {
    const server = createServer((request, response) => request.resume().on("end", () => respond(response)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    context.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const { code } = await problemOf(new Signaling(`http://127.0.0.1:${port}`).offer(to, sdp));
    assert.equal(code, "front_door_unreachable");
  }
});

test("Gets ice servers, drops malformed ones and asks no second time", async (context) => {
  const { signaling, requests } = await frontDoor(context, ({ ts, nonce, auth }, path) => {
    const bytes = fromBase64Url(nonce, 16) ?? new Uint8Array(16);
    const authentic = auth === toBase64Url(authenticateIce(to.offerKey, ts, bytes, [1]));
    const iceServers = [
      { urls: "stun:a" },
      { urls: ["turn:b", 1], username: "u", credential: "c" },
      { urls: 1 },
      null,
    ];
    return path === "/signaling/ice" && authentic
      ? { status: 200, body: { v: 1, iceServers } }
      : { status: 403, body: { code: "refused", now: ts } };
  });
  const expected = [{ urls: ["stun:a"] }, { urls: ["turn:b"], username: "u", credential: "c" }];
  assert.deepEqual(await signaling.iceServers(to), expected);
  assert.deepEqual(await signaling.iceServers(to), expected);
  assert.equal(requests.length, 1);
});

test("Servers that the front door is slow to tell come late, and serve the next connection", async (context) => {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const server = createServer(async (request, response) => {
    request.resume();
    await released;
    response.writeHead(200).end(JSON.stringify({ v: 1, iceServers: [{ urls: "stun:a" }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const signaling = new Signaling(`http://127.0.0.1:${port}`);
  const late: Promise<RTCIceServer[]> = new Promise((resolve) => {
    void signaling.iceServers(to, resolve).then((early) => {
      assert.deepEqual(early, []);
      release();
    });
  });
  assert.deepEqual(await late, [{ urls: ["stun:a"] }]);
  assert.deepEqual(await signaling.iceServers(to), [{ urls: ["stun:a"] }]);
});

/** A front door that keeps its answers, all but the first, until `release()`, and a clock in the test's hand. */
async function slowFrontDoor(context: TestContext, first: object, later: object) {
  const clock = { now: 1_000 };
  context.mock.method(performance, "now", () => clock.now);
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const asked = { count: 0 };
  const server = createServer(async (request, response) => {
    request.resume();
    const isFirst = asked.count++ === 0;
    if (!isFirst) {
      await released;
    }
    response.writeHead(200).end(JSON.stringify({ v: 1, iceServers: [isFirst ? first : later] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { signaling: new Signaling(`http://127.0.0.1:${port}`), clock, asked, release };
}

test("Two who ask for ice servers at once ask one question", async (context) => {
  const { signaling, asked } = await slowFrontDoor(context, { urls: "stun:a" }, { urls: "stun:b" });
  const told = await Promise.all([signaling.iceServers(to), signaling.iceServersAtHand(to)]);
  assert.deepEqual(told, [[{ urls: ["stun:a"] }], [{ urls: ["stun:a"] }]]);
  assert.equal(asked.count, 1);
});

test("A restart takes the servers that there are, and asks for new ones beside", async (context) => {
  const door = await slowFrontDoor(context, { urls: "stun:a" }, { urls: "stun:b" });
  await door.signaling.iceServers(to);
  door.clock.now += 60 * 60_000;
  assert.deepEqual(await door.signaling.iceServersAtHand(to), [{ urls: ["stun:a"] }]);
  door.release();
  // Joins the question that is under way.
  assert.deepEqual(await door.signaling.iceServers(to), [{ urls: ["stun:b"] }]);
  assert.deepEqual(await door.signaling.iceServersAtHand(to), [{ urls: ["stun:b"] }]);
  assert.equal(door.asked.count, 2);
});

test("A restart waits a moment for credentials that have ended, and no longer", async (context) => {
  const relay = { urls: ["turn:a"], username: "u", credential: "c" };
  const fresh = { ...relay, credential: "d" };
  const door = await slowFrontDoor(context, relay, fresh);
  await door.signaling.iceServers(to);
  door.clock.now += 9 * 60_000;
  assert.deepEqual(await door.signaling.iceServersAtHand(to), [relay]);
  door.clock.now += 60_000;
  assert.deepEqual(await door.signaling.iceServersAtHand(to), [relay]);
  const waiting = door.signaling.iceServersAtHand(to);
  door.release();
  assert.deepEqual(await waiting, [fresh]);
});

test("Short-lived credentials, and those of a phone that slept, are asked for in time", async (context) => {
  const clock = { now: 1_000, date: 1_700_000_000_000 };
  context.mock.method(performance, "now", () => clock.now);
  context.mock.method(Date, "now", () => clock.date);
  const relay = { urls: ["turn:a"], username: "u", credential: "c" };
  const { signaling, requests } = await frontDoor(context, () => ({
    status: 200,
    body: { v: 1, iceServers: [relay], ttl: 60 },
  }));
  const askedAfter = async (counted: number, dated: number): Promise<number> => {
    clock.now += counted;
    clock.date += dated;
    assert.deepEqual(await signaling.iceServers(to), [relay]);
    return requests.length;
  };
  assert.equal(await askedAfter(0, 0), 1);
  assert.equal(await askedAfter(40_000, 40_000), 1);
  assert.equal(await askedAfter(15_000, 15_000), 2);
  assert.equal(await askedAfter(0, 59_000), 3, "its counter stood still");
  assert.equal(await askedAfter(59_000, -3_600_000), 4, "its date was set back");
});
