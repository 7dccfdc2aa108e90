import { useRef } from "preact/hooks";
import { DeviceRow } from "./deviceRow.tsx";
import { useFeed, useNow } from "./feed.ts";
import type { FeedState } from "./liveReport.ts";
import { ago, counted, isHere, type Mac, type Report, runnerText } from "./report.ts";

const feedTexts: Readonly<Record<FeedState, string>> = {
  connecting: "Connecting…",
  live: "Live",
  waiting: "Trying again…",
  refused: "Signed out: open the link that the front door shows at its start.",
};

const stateTexts: Readonly<Record<Mac["state"], string>> = {
  here: "Here",
  draining: "Drained",
  silent: "Not answering",
  away: "Away",
};

/** The operator's page: Macs, their devices, what is going on. */
export function FleetPage() {
  const { report, state } = useFeed();
  const clock = useNow();
  const skew = useRef({ report, seconds: 0 });
  if (report !== undefined && skew.current.report !== report) {
    skew.current = { report, seconds: report.now - clock };
  }

  // The front door's clock, not this one's, is the one that the times are of.
  const now = clock + skew.current.seconds;
  return (
    <>
      <header>
        <div>
          <h1>Fleet</h1>
          <p class="quiet">{report === undefined ? "\u00a0" : summary(report)}</p>
        </div>
        <nav>
          <span class={`feed ${state}`} role="status">
            {feedTexts[state]}
          </span>
          <a href="/dashboard/">Orleans dashboard</a>
        </nav>
      </header>
      <main>
        {report?.macs.map((mac) => (
          <MacCard key={mac.mac} mac={mac} hasOthers={report.macs.length > 1} now={now} />
        ))}
        {report?.macs.length === 0 && <p class="empty">No Mac has been here yet.</p>}
      </main>
    </>
  );
}

export function summary({ macs }: Report): string {
  const here = macs.filter(isHere);
  const sum = (count: (mac: Mac) => number | undefined) => here.reduce((all, mac) => all + (count(mac) ?? 0), 0);
  const drained = here.filter((mac) => mac.state === "draining").length;
  return [
    `${here.length} of ${counted(macs.length, "Mac")} here`,
    drained > 0 ? `${drained} drained` : "",
    `${counted(sum((mac) => mac.connected), "phone")} connected`,
    `${counted(sum((mac) => mac.running), "chat")} running`,
    sum((mac) => mac.waiting) > 0 ? `${sum((mac) => mac.waiting)} waiting` : "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

/** A Mac and its devices; a household that has other Macs loses a device at all of them. */
export function MacCard({ mac, hasOthers, now }: { mac: Mac; hasOthers: boolean; now: number }) {
  const devices = mac.devices ?? [];
  return (
    <section class={`mac ${mac.state}`} aria-label={mac.name}>
      <div class="title">
        <h2>{mac.name === "" ? mac.mac : mac.name}</h2>
        <span class={`chip ${mac.state}`}>{stateTexts[mac.state]}</span>
      </div>
      <p class="facts quiet">
        <code>{mac.mac}</code>
        {mac.address !== undefined && <span>{mac.address}</span>}
        {mac.version !== undefined && <span>version {mac.version}</span>}
        {mac.lastSeen !== undefined && <span>last seen {ago(now, mac.lastSeen)}</span>}
      </p>
      {isHere(mac) && <Numbers mac={mac} />}
      {devices.length > 0 && (
        <ul class="devices">
          {devices.map((device) => (
            <DeviceRow key={device.device} mac={mac.mac} device={device} hasOthers={hasOthers} now={now} />
          ))}
        </ul>
      )}
      {isHere(mac) && devices.length === 0 && <p class="empty">No phone is paired with this Mac yet.</p>}
    </section>
  );
}

function Numbers({ mac }: { mac: Mac }) {
  const loaded = new Set(mac.loaded);
  return (
    <>
      <dl class="numbers">
        <div>
          <dt>Phones</dt>
          <dd>{mac.connected}</dd>
        </div>
        <div>
          <dt>Running</dt>
          <dd>{mac.running}</dd>
        </div>
        <div>
          <dt>Waiting</dt>
          <dd>{mac.waiting}</dd>
        </div>
        <div>
          <dt>Tokens/s</dt>
          <dd>{mac.tokensPerSecond === undefined ? "–" : mac.tokensPerSecond.toFixed(0)}</dd>
        </div>
      </dl>
      <p class="models">
        <span class="quiet">{runnerText(mac)}</span>
        {mac.models?.map((model) => (
          <span key={model} class={loaded.has(model) ? "model loaded" : "model"}>
            {model}
            {loaded.has(model) && <small> in memory</small>}
          </span>
        ))}
      </p>
    </>
  );
}
