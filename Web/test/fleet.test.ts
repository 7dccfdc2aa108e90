import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { MacCard, summary } from "../src/fleet/fleetPage.tsx";
import { LiveReport } from "../src/fleet/liveReport.ts";
import {
  ago,
  counted,
  duration,
  grainState,
  initial,
  type Mac,
  type Report,
  runnerText,
  shares,
} from "../src/fleet/report.ts";
import { replaceGlobals } from "./phoneStage.ts";

/** The browser's stream of events, in the test's hand. */
class Stream {
  static readonly CLOSED = 2;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;

  close(): void {
    this.readyState = Stream.CLOSED;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  /** It was cut off: the browser tries again by itself. */
  cut(): void {
    this.readyState = 0;
    this.onerror?.();
  }

  /** The answer was no stream: the browser gives up. */
  refuse(): void {
    this.close();
    this.onerror?.();
  }
}

/** A page that follows a household, with its streams, its clock and the answers to `/api/macs` in the test's hand. */
class FeedStage {
  /** What becomes of a question for `/api/macs`: a status, or no answer at all. */
  door: number | "away" | "hangs" = 502;
  readonly streams: Stream[] = [];
  readonly asked: { readonly signal: AbortSignal; readonly answer: (status: number) => void }[] = [];
  readonly states: string[] = [];
  readonly reports: Report[] = [];
  readonly live: LiveReport;
  readonly #context: TestContext;

  constructor(context: TestContext) {
    this.#context = context;
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { streams } = this;
    const values = {
      EventSource: class extends Stream {
        constructor() {
          super();
          streams.push(this);
        }
      },
      fetch: (_: string, { signal }: { signal: AbortSignal }) => this.#ask(signal),
    };
    replaceGlobals(context, values);
    this.live = new LiveReport(
      (report) => this.reports.push(report),
      (state) => this.states.push(state),
    );
  }

  get last(): Stream {
    const last = this.streams.at(-1);
    assert.ok(last !== undefined);
    return last;
  }

  /** Lets time pass, and then promises run. */
  async pass(milliseconds: number): Promise<void> {
    this.#context.mock.timers.tick(milliseconds);
    for (let turn = 0; turn < 10; turn++) {
      await Promise.resolve();
    }
  }

  #ask(signal: AbortSignal): Promise<{ status: number }> {
    return new Promise((resolve, reject) => {
      this.asked.push({ signal, answer: (status) => resolve({ status }) });
      if (this.door === "away") {
        reject(new TypeError("fetch failed"));
      } else if (this.door !== "hangs") {
        resolve({ status: this.door });
      }
    });
  }
}

/** What the elements of that class hold in what a component made. */
function held(made: unknown, className: string): unknown[] {
  if (Array.isArray(made)) {
    return made.flatMap((each) => held(each, className));
  }
  if (typeof made !== "object" || made === null || !("props" in made)) {
    return [];
  }
  const props = made.props as { class?: unknown; children?: unknown };
  return props.class === className ? [props.children] : held(props.children, className);
}

for (const door of [502, 429, 403, 200, "away"] as const) {
  test(`A stream that is refused while the front door answers ${door} is begun anew every 3 s`, async (context) => {
    const stage = new FeedStage(context);
    stage.door = door;
    stage.last.open();
    stage.last.refuse();
    await stage.pass(2_999);
    assert.deepEqual([stage.states, stage.streams.length], [["live", "waiting"], 1]);
    await stage.pass(1);
    assert.equal(stage.streams.length, 2);
    stage.last.refuse();
    await stage.pass(3_000);
    assert.equal(stage.streams.length, 3);
    stage.last.open();
    stage.last.onmessage?.({ data: '{"now":7,"macs":[]}' });
    assert.deepEqual(stage.states, ["live", "waiting", "waiting", "live"]);
    assert.deepEqual(stage.reports, [{ now: 7, macs: [] }]);
  });
}

test("Whom the front door refuses is signed out, and asks no more", async (context) => {
  const stage = new FeedStage(context);
  stage.door = 401;
  stage.last.refuse();
  await stage.pass(0);
  assert.equal(stage.states.at(-1), "refused");
  await stage.pass(60_000);
  assert.deepEqual([stage.states.at(-1), stage.streams.length, stage.asked.length], ["refused", 1, 1]);
});

test("A stream that was cut off is the browser's to try again", async (context) => {
  const stage = new FeedStage(context);
  stage.last.open();
  stage.last.cut();
  await stage.pass(60_000);
  assert.deepEqual(stage.states, ["live", "waiting"]);
  assert.deepEqual([stage.streams.length, stage.asked.length], [1, 0]);
});

test("A question without an answer holds up no stream, and says nothing of a later one", async (context) => {
  const stage = new FeedStage(context);
  stage.door = "hangs";
  stage.last.refuse();
  await stage.pass(3_000);
  assert.deepEqual([stage.streams.length, stage.asked[0]?.signal.aborted], [2, true]);
  stage.last.open();
  stage.asked[0]?.answer(401);
  await stage.pass(0);
  assert.equal(stage.states.at(-1), "live");
});

test("A page that was left asks no more", async (context) => {
  const stage = new FeedStage(context);
  stage.door = "hangs";
  stage.last.refuse();
  stage.live.close();
  stage.asked[0]?.answer(401);
  await stage.pass(60_000);
  assert.deepEqual([stage.states, stage.streams.length], [["waiting"], 1]);
});

test("A drained Mac has a badge of its own, and counts with what it does", () => {
  const mac: Mac = { mac: "aaaa", name: "Attic", state: "draining", connected: 1, running: 2, waiting: 0 };
  const away: Mac = { mac: "bbbb", name: "Cellar", state: "away" };
  assert.deepEqual(held(MacCard({ mac, hasOthers: true, now: 0 }), "chip draining"), ["Drained"]);
  assert.equal(
    summary({ now: 0, macs: [mac, away] }),
    "1 of 2 Macs here · 1 drained · 1 phone connected · 2 chats running",
  );
  assert.equal(
    summary({ now: 0, macs: [{ ...mac, state: "here" }] }),
    "1 of 1 Mac here · 1 phone connected · 2 chats running",
  );
});

test("Says of a runner that it does not answer", () => {
  const mac: Mac = { mac: "aaaa", name: "Attic", state: "here", runner: "Ollama 0.12.3 at 127.0.0.1:11434" };
  assert.equal(runnerText(mac), "Ollama 0.12.3 at 127.0.0.1:11434");
  assert.equal(runnerText({ ...mac, runnerAnswers: true }), "Ollama 0.12.3 at 127.0.0.1:11434");
  assert.equal(runnerText({ ...mac, runnerAnswers: false }), "Ollama 0.12.3 at 127.0.0.1:11434 does not answer");
});

test("Shows a name's first character whole", () => {
  assert.deepEqual(["blue…", "📱…", ""].map(initial), ["B", "📱", "?"]);
});

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

test("Shows no time of loading where the runner does not say it", () => {
  const answer = { queueMs: 100, promptMs: 300, firstTokenMs: 500, tokens: 9, tokensPerSecond: 12 };
  assert.deepEqual(
    shares(answer).map(({ kind, ms }) => [kind, ms]),
    [
      ["queue", 100],
      ["prompt", 300],
      ["rest", 100],
    ],
  );
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
