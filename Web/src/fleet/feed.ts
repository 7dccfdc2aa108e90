import { useEffect, useState } from "preact/hooks";
import { type FeedState, LiveReport } from "./liveReport.ts";
import type { Report } from "./report.ts";

/** The household as it changes, and how well it is followed. */
export function useFeed(): { report: Report | undefined; state: FeedState } {
  const [report, setReport] = useState<Report>();
  const [state, setState] = useState<FeedState>("connecting");
  useEffect(() => {
    const live = new LiveReport(setReport, setState);
    return () => live.close();
  }, []);
  return { report, state };
}

/** The clock, each second, for what is said as "ago". */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Removes a device; the result is a sentence when that failed. */
export async function revoke(mac: string, device: string): Promise<string> {
  try {
    const reply = await fetch(`/api/macs/${mac}/devices/${device}/revoke`, { method: "POST" });
    if (reply.ok) {
      return "";
    }
    const problem = (await reply.json()) as { title?: string };
    return problem.title ?? "That did not work.";
  } catch {
    return "The front door cannot be reached.";
  }
}
