import assert from "node:assert/strict";
import { test } from "node:test";
import { phoneName } from "../src/phone/device.ts";
import { isTurnUrl } from "../src/phone/settings.ts";
import type { Answer } from "../src/phone/turn.ts";
import { isThisMachine } from "../src/protocol/privateHost.ts";
import { grouped, linkText, modelText, stageText, statsText } from "../src/ui/format.ts";

const answer: Answer = {
  role: "assistant",
  id: "a",
  model: "",
  text: "",
  thinking: "",
  state: "sent",
  position: 0,
  seq: 0,
  stopping: false,
  cutShort: false,
  problem: "",
  stats: {},
};

test("Names the phone as its owner would", () => {
  const iPhone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1";
  const android = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/138.0.0.0 Mobile Safari/537.36";
  const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  assert.equal(phoneName(iPhone), "iPhone, Safari");
  assert.equal(phoneName(android), "Android, Chrome");
  assert.equal(phoneName(firefox), "Linux, Firefox");
  assert.equal(phoneName(""), "Phone, browser");
});

test("Warns of the network only where a page came over it", () => {
  for (const here of ["http://localhost:8443", "http://127.0.0.1:8443", "http://[::1]:8443"]) {
    assert.ok(isThisMachine(new URL(here).hostname), here);
  }
  for (const there of ["http://192.168.1.5", "http://mac.local", "http://127.0.0.1.local", "http://[fd00::1]"]) {
    assert.ok(!isThisMachine(new URL(there).hostname), there);
  }
});

test("Says where an answer is", () => {
  assert.equal(stageText(answer, true), "Sent");
  assert.equal(stageText(answer, false), "Waiting for the connection");
  assert.equal(stageText({ ...answer, state: "queued", position: 1 }, true), "Waiting in line, 1 ahead");
  assert.equal(stageText({ ...answer, state: "queued", position: 3 }, true), "Waiting in line, 3 ahead");
  assert.equal(stageText({ ...answer, state: "streaming" }, true), "Thinking");
  assert.equal(stageText({ ...answer, state: "streaming", text: "x" }, true), "");
  assert.equal(stageText({ ...answer, state: "streaming", stopping: true }, true), "Stopping…");
  assert.equal(stageText({ ...answer, state: "done" }, true), "");
});

test("Says what an answer cost, and only what is known", () => {
  assert.equal(statsText({ ...answer, state: "done" }), "");
  const stats = { ttft_ms: 0, tokens: 12, tokens_per_s: 8.04 };
  assert.equal(
    statsText({ ...answer, state: "done", model: "m", cutShort: true, stats }),
    "m · first word 1 ms · 8.0 tokens/s · 12 tokens · cut at the length limit",
  );
  assert.equal(statsText({ ...answer, state: "done", stats: { tokens: 12, tokens_per_s: 0 } }), "12 tokens");
});

test("Says how the connection goes", () => {
  assert.equal(linkText({ kind: "live", path: "relay", roundTripMs: 48.3 }), "Relay · 48 ms");
  assert.equal(linkText({ kind: "live", path: "local", roundTripMs: 2.34 }), "Local · 2.3 ms");
  assert.equal(linkText({ kind: "live", path: undefined, roundTripMs: undefined }), "Connected");
  assert.equal(linkText({ kind: "waiting", problem: "lost" }), "Trying again…");
});

test("Marks models that leave the Mac", () => {
  const model = { name: "big", size: 2_100_000_000, loaded: true, remote: true, capabilities: [] };
  assert.equal(modelText(model), "big (cloud, 2.1 GB, loaded)");
  assert.equal(modelText({ ...model, size: 0, loaded: false, remote: false }), "big");
});

test("Groups ids and knows a TURN address", () => {
  assert.equal(grouped("abcdefghijklmnop"), "abcd efgh ijkl mnop");
  for (const url of ["turn:a.example", "turn:a.example:3478", "turns:1.2.3.4:5349?transport=tcp"]) {
    assert.equal(isTurnUrl(url), true, url);
  }
  for (const url of ["", "stun:a", "https://a", "turn:", "turn:a b", "turn:a?x=1"]) {
    assert.equal(isTurnUrl(url), false, url);
  }
});
