import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { LateCandidates } from "../src/phone/lateCandidates.ts";

class Late {
  sdp = "host";
  readonly sent: string[] = [];
  connecting = true;
  fails = false;
  readonly late = new LateCandidates(
    "host",
    () => this.sdp,
    async (sdp) => {
      this.sent.push(sdp);
      if (this.fails) {
        throw new Error("front door");
      }
    },
    () => this.connecting,
  );

  find(candidate: string): void {
    this.sdp += ` ${candidate}`;
    this.late.found();
  }
}

function begin(context: TestContext): Late {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  return new Late();
}

/** Lets timers and what follows from them run. */
async function pass(context: TestContext, milliseconds: number): Promise<void> {
  context.mock.timers.tick(milliseconds);
  for (let turn = 0; turn < 10; turn++) {
    await Promise.resolve();
  }
}

test("a relay found late is sent although gathering never completes", async (context) => {
  const late = begin(context);
  await pass(context, 5_000);
  assert.deepEqual(late.sent, []);
  late.find("relay");
  await pass(context, 100);
  assert.deepEqual(late.sent, ["host relay"]);
});

test("candidates that come together go in one offer", async (context) => {
  const late = begin(context);
  late.find("srflx");
  await pass(context, 50);
  late.find("relay");
  await pass(context, 50);
  assert.deepEqual(late.sent, ["host srflx relay"]);
});

test("nothing is sent once the channel is open", async (context) => {
  const late = begin(context);
  late.connecting = false;
  late.find("relay");
  await pass(context, 1_000);
  assert.deepEqual(late.sent, []);
});

test("an offer that fails is no end, and there are four at most", async (context) => {
  const late = begin(context);
  late.fails = true;
  for (let index = 0; index < 10; index++) {
    late.find(`c${index}`);
    await pass(context, 100);
  }
  assert.equal(late.sent.length, 4);
});
