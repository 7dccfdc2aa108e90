import { useEffect, useState } from "preact/hooks";
import type { Report } from "./report.ts";

export type FeedState = "connecting" | "live" | "waiting" | "refused";

/** The household as it changes, and how well it is followed. */
export function useFeed(): { report: Report | undefined; state: FeedState } {
  const [report, setReport] = useState<Report>();
  const [state, setState] = useState<FeedState>("connecting");
  useEffect(() => {
    const events = new EventSource("/api/macs/events");
    events.onopen = () => setState("live");
    events.onmessage = (event: MessageEvent<string>) => setReport(JSON.parse(event.data) as Report);

    // A browser tries again by itself unless it was told no.
    events.onerror = () => setState(events.readyState === EventSource.CLOSED ? "refused" : "waiting");
    return () => events.close();
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
