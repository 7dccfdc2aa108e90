import { useState } from "preact/hooks";
import { revoke } from "./feed.ts";
import { ago, type Device, duration, grainState, initial, type LastAnswer, type Session, shares } from "./report.ts";

const stageTexts: Readonly<Record<string, string>> = {
  idle: "Connected",
  queued: "Waiting in line",
  loading: "Loading the model",
  reading: "Reading the prompt",
  answering: "Answering",
};

const pathTexts: Readonly<Record<string, string>> = { local: "Local", direct: "Direct", relay: "Relay" };

interface Row {
  readonly mac: string;
  readonly device: Device;
  readonly hasOthers: boolean;
  readonly now: number;
}

/** A device of a Mac: what it does, how it is connected, where the time of its last answer went. */
export function DeviceRow({ mac, device, hasOthers, now }: Row) {
  const { session } = device;
  return (
    <li class={session === undefined ? "device" : "device live"}>
      <span class="initial" aria-hidden="true">
        {initial(device.name)}
      </span>
      <div class="who">
        <code>{device.device}</code>
        {session === undefined ? (
          <span class="quiet">{device.lastSeen === undefined ? "not seen yet" : `seen ${ago(now, device.lastSeen)}`}</span>
        ) : (
          <span class="quiet">connected {ago(now, session.since)}</span>
        )}
      </div>
      {session === undefined ? <span class="what quiet">Not connected</span> : <Live session={session} />}
      <div class="split">{session?.lastAnswer !== undefined && <FirstToken answer={session.lastAnswer} />}</div>
      <Actions mac={mac} device={device.device} hasOthers={hasOthers} />
    </li>
  );
}

function Live({ session }: { session: Session }) {
  return (
    <span class="what">
      <span class={`chip stage ${session.stage}`}>{stageTexts[session.stage] ?? session.stage}</span>
      <span class={`path ${session.path}`}>
        {pathTexts[session.path] ?? session.path} · {duration(session.roundTripMs)}
      </span>
    </span>
  );
}

/** The last answer's way to its first token, as a bar and in words. */
function FirstToken({ answer }: { answer: LastAnswer }) {
  const parts = shares(answer);
  const words = parts.map((part) => `${part.text} ${duration(part.ms)}`).join(", ");
  return (
    <>
      <p class="quiet">
        First token <b>{duration(answer.firstTokenMs)}</b> · {answer.tokens} tokens
        {answer.tokensPerSecond > 0 && ` · ${answer.tokensPerSecond.toFixed(answer.tokensPerSecond < 10 ? 1 : 0)}/s`}
      </p>
      <svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label={words}>
        {parts.map((part, index) => (
          <rect
            key={part.kind}
            class={part.kind}
            x={parts.slice(0, index).reduce((before, other) => before + other.percent, 0)}
            width={part.percent}
            height="6"
          />
        ))}
      </svg>
      <p class="legend quiet">
        {parts.map((part) => (
          <span key={part.kind} class={part.kind}>
            {part.text} {duration(part.ms)}
          </span>
        ))}
      </p>
    </>
  );
}

function Actions({ mac, device, hasOthers }: { mac: string; device: string; hasOthers: boolean }) {
  const [step, setStep] = useState<"none" | "asked" | "sent">("none");
  const [problem, setProblem] = useState("");
  const remove = async () => {
    setStep("sent");
    setProblem(await revoke(mac, device));
    setStep("none");
  };
  return (
    <div class="actions">
      {step === "none" ? (
        <>
          <a href={grainState(mac, device)} target="_blank" rel="noreferrer">
            Grain state
          </a>
          <button type="button" class="danger" onClick={() => setStep("asked")}>
            Revoke
          </button>
        </>
      ) : (
        <>
          {hasOthers && <p>This removes it from every Mac of the household.</p>}
          <button type="button" class="danger sure" disabled={step === "sent"} onClick={() => void remove()}>
            Revoke for good
          </button>
          <button type="button" disabled={step === "sent"} onClick={() => setStep("none")}>
            Keep
          </button>
        </>
      )}
      {problem !== "" && <p role="alert">{problem}</p>}
    </div>
  );
}
