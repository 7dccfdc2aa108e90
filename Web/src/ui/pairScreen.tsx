import { useState } from "preact/hooks";
import { macId } from "../protocol/keySchedule.ts";
import type { PairingLink } from "../protocol/link.ts";
import { isThisMachine } from "../protocol/privateHost.ts";
import { grouped } from "./format.ts";
import { Mark } from "./icons.tsx";

interface PairProps {
  readonly link: PairingLink;
  onPair(): void;
  onCancel(): void;
}

export function PairScreen({ link, onPair, onCancel }: PairProps) {
  const isPlain = link.origin.startsWith("http:") && !isThisMachine(new URL(link.origin).hostname);
  // The link, not a flag: another one may be opened in its place.
  const [tapped, setTapped] = useState<PairingLink>();
  const pair = () => {
    setTapped(link);
    onPair();
  };
  return (
    <main class="page">
      <section class="card">
        <Mark />
        <h1>Pair with this Mac?</h1>
        <p class="quiet">Go on only if this code came from the screen of your own Mac.</p>
        <dl class="facts">
          <dt>Address</dt>
          <dd>{link.origin}</dd>
          <dt>Mac</dt>
          <dd class="mono">{grouped(macId(link.macPublicKey))}</dd>
        </dl>
        {link.localOnly && <p class="note">This pairing works in your Mac’s own network only.</p>}
        {link.ownerConfirms && <p class="note">The owner of the Mac compares a code and confirms.</p>}
        {isPlain && (
          <p class="note warning">
            This page came over plain http: whoever is on this network could have altered the page.
          </p>
        )}
        <div class="stack">
          <button class="primary" type="button" disabled={tapped === link} onClick={pair}>
            Pair
          </button>
          <button type="button" onClick={onCancel}>
            Not now
          </button>
        </div>
      </section>
    </main>
  );
}
