import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, counted, duration, grainState, shares } from "../src/fleet/report.ts";

test("Splits the time to the first token and leaves out what took none", () => {
  const answer = { queueMs: 100, loadMs: 0, promptMs: 300, firstTokenMs: 500, tokens: 9, tokensPerSecond: 12 };
  assert.deepEqual(
    shares(answer).map(({ kind, ms, percent }) => [kind, ms, percent]),
    [
      ["queue", 100, 20],
      ["prompt", 300, 60],
      ["rest", 100, 20],
    ],
  );
  assert.deepEqual(shares({ ...answer, queueMs: 0, promptMs: 0, firstTokenMs: 0 }), []);
});

test("Says how long ago in the largest unit that fits", () => {
  const at = (seconds: number) => ago(1_000_000, 1_000_000 - seconds);
  assert.deepEqual(
    [0, 42, 60, 7_300, 86_400 * 3, -5].map(at),
    ["just now", "42 seconds ago", "1 minute ago", "2 hours ago", "3 days ago", "just now"],
  );
});

test("Says durations and counts as people do", () => {
  assert.deepEqual([0.34, 12.6, 1_250].map(duration), ["0.3 ms", "13 ms", "1.3 s"]);
  assert.deepEqual([0, 1, 2].map((count) => counted(count, "phone")), ["no phones", "1 phone", "2 phones"]);
});

test("Leads to the device's grain", () => {
  assert.equal(
    grainState("aaaa", "bbbb"),
    "/dashboard/GrainState?grainId=aaaa%2Fbbbb&grainType=QuicPair.Grains.Pairings.PairingGrain",
  );
});
