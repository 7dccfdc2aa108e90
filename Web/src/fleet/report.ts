/** The household as `GET /api/macs` says it. Times are Unix seconds. */
export interface Report {
  readonly now: number;
  readonly macs: readonly Mac[];
}

export interface Mac {
  readonly mac: string;
  readonly name: string;
  readonly state: "here" | "draining" | "silent" | "away";
  readonly address?: string;
  readonly version?: string;
  readonly runner?: string;
  readonly runnerAnswers?: boolean;
  readonly models?: readonly string[];
  readonly loaded?: readonly string[];
  readonly running?: number;
  readonly waiting?: number;
  readonly tokensPerSecond?: number;
  readonly connected?: number;
  readonly firstSeen?: number;
  readonly lastSeen?: number;
  readonly devices?: readonly Device[];
}

export interface Device {
  readonly device: string;
  readonly name: string;
  readonly since?: number;
  readonly lastSeen?: number;
  readonly session?: Session;
}

export interface Session {
  readonly since: number;
  readonly stage: string;
  readonly path: string;
  readonly roundTripMs: number;
  readonly lastAnswer?: LastAnswer;
}

export interface LastAnswer {
  readonly queueMs: number;
  /** Absent where the runner does not say; loading is then part of the rest. */
  readonly loadMs?: number;
  readonly promptMs: number;
  readonly firstTokenMs: number;
  readonly tokens: number;
  readonly tokensPerSecond: number;
}

/** Whether the Mac tells of itself; one that takes no new phones serves those that it has. */
export function isHere({ state }: Mac): boolean {
  return state === "here" || state === "draining";
}

/** Which runner serves, and that it does not answer. */
export function runnerText({ runner = "", runnerAnswers }: Mac): string {
  return runnerAnswers === false ? `${runner} does not answer` : runner;
}

/** What an avatar shows of a name: its first character, which may be two code units. */
export function initial(name: string): string {
  return [...name][0]?.toUpperCase() ?? "?";
}

/** A part of the time to the first token. */
export interface Share {
  readonly kind: "queue" | "load" | "prompt" | "rest";
  readonly text: string;
  readonly ms: number;
  readonly percent: number;
}

/** Where the time to the first token went; parts that took none or were not measured are left out. */
export function shares(answer: LastAnswer): Share[] {
  const { queueMs, loadMs = 0, promptMs, firstTokenMs } = answer;
  const rest = Math.max(0, firstTokenMs - queueMs - loadMs - promptMs);
  const total = Math.max(1, queueMs + loadMs + promptMs + rest);
  const parts: readonly (readonly [Share["kind"], string, number])[] = [
    ["queue", "queue", queueMs],
    ["load", "load", loadMs],
    ["prompt", "prompt", promptMs],
    ["rest", "start", rest],
  ];
  return parts
    .filter(([, , ms]) => ms > 0)
    .map(([kind, text, ms]) => ({ kind, text, ms, percent: (100 * ms) / total }));
}

export function duration(ms: number): string {
  if (ms < 10) {
    return `${Number(ms.toFixed(1))} ms`;
  }
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** How long ago, in the largest unit that fits. */
export function ago(now: number, then: number): string {
  const seconds = Math.max(0, Math.round(now - then));
  const units: readonly (readonly [number, string])[] = [
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
  ];
  for (const [length, name] of units) {
    const count = Math.floor(seconds / length);
    if (count > 0) {
      return `${count} ${name}${count === 1 ? "" : "s"} ago`;
    }
  }
  return seconds < 5 ? "just now" : `${seconds} seconds ago`;
}

/** Counted things, as a sentence says them. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count === 0 ? "no" : count} ${count === 1 ? one : many}`;
}

/** The state of the device's grain on the Orleans dashboard. */
export function grainState(mac: string, device: string): string {
  const grain = encodeURIComponent(`${mac}/${device}`);
  return `/dashboard/GrainState?grainId=${grain}&grainType=QuicPair.Grains.Pairings.PairingGrain`;
}
