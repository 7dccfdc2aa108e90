import type { Phone } from "../phone/phone.ts";
import { sentenceOf } from "../phone/sentences.ts";
import { stepTexts } from "./format.ts";
import { Mark } from "./icons.tsx";

interface ConnectingProps {
  readonly phone: Phone;
  onCancel(): void;
}

/** A pairing on its way: where it is, the six digits, or why it did not work. */
export function ConnectingScreen({ phone, onCancel }: ConnectingProps) {
  const { link } = phone;
  return (
    <main class="page">
      <section class="card" aria-live="polite">
        <Mark busy={link.kind === "connecting" || link.kind === "pairing"} />
        <h1>{link.kind === "pairing" ? "Compare with your Mac" : "Pairing"}</h1>
        {link.kind === "connecting" && <p class="quiet">{stepTexts[link.step]}</p>}
        {link.kind === "pairing" && <PairingCode code={link.code} confirms={phone.mac.ownerConfirms} />}
        {(link.kind === "waiting" || link.kind === "stopped") && (
          <p class="problem" role="alert">
            {sentenceOf(link.problem)}
          </p>
        )}
        <div class="stack">
          {link.kind === "stopped" && (
            <button class="primary" type="button" onClick={() => void phone.connect()}>
              Try again
            </button>
          )}
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
        </div>
      </section>
    </main>
  );
}

function PairingCode({ code, confirms }: { readonly code: string; readonly confirms: boolean }) {
  return (
    <>
      <p class="digits" aria-label={`Code ${[...code].join(" ")}`}>
        {code.slice(0, 3)} {code.slice(3)}
      </p>
      <p class="quiet">
        {confirms ? "Your Mac shows the same code. Confirm it there." : "Your Mac shows the same code."}
      </p>
    </>
  );
}
