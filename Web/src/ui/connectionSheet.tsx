import { useEffect, useRef, useState } from "preact/hooks";
import type { PairedMac } from "../phone/database.ts";
import { otherMacs } from "../phone/otherMacs.ts";
import type { Phone } from "../phone/phone.ts";
import { isTurnUrl, readSettings, writeSettings } from "../phone/settings.ts";
import { Devices } from "./devices.tsx";
import { grouped, linkText } from "./format.ts";
import { CloseIcon } from "./icons.tsx";

interface SheetProps {
  readonly phone: Phone;
  macs(): Promise<PairedMac[]>;
  onClose(): void;
  onForget(): void;
  onSwitch(mac: PairedMac): void;
}

export function ConnectionSheet({ phone, macs, onClose, onForget, onSwitch }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [others, setOthers] = useState<readonly PairedMac[]>([]);

  useEffect(() => {
    dialog.current?.showModal();
    void macs().then((all) => setOthers(otherMacs(all, phone.mac)));
  }, []);

  return (
    <dialog
      class="sheet"
      ref={dialog}
      aria-labelledby="sheet-title"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div class="sheetBody">
        <header>
          <h2 id="sheet-title">Connection</h2>
          <button class="round" type="button" aria-label="Close" onClick={() => dialog.current?.close()}>
            <CloseIcon />
          </button>
        </header>
        <dl class="facts">
          <dt>Now</dt>
          <dd>{linkText(phone.link)}</dd>
          {phone.change !== undefined && (
            <>
              <dt>Last change</dt>
              <dd class="change">
                {phone.change === "restarted"
                  ? "The path was restarted; the connection is the same."
                  : "A new connection was made."}
              </dd>
            </>
          )}
          <dt>Address</dt>
          <dd>{location.origin}</dd>
          <dt>Mac</dt>
          <dd class="mono">{grouped(phone.mac.macId)}</dd>
          <dt>This phone</dt>
          <dd class="mono">{grouped(phone.mac.deviceId)}</dd>
        </dl>
        <p class="quiet small">
          Encrypted from this page to your Mac (Noise, inside WebRTC), also over a relay.
          {phone.mac.key.kind === "handle" && " The key of this phone cannot be copied out of the browser."}
        </p>
        <TurnForm localOnly={phone.mac.localOnly} onSaved={() => void phone.connect()} />
        <Devices list={phone.devices} self={phone.mac.deviceId} isLive={phone.isLive} />
        {others.length > 0 && (
          <section class="stack">
            <h3>Other Macs</h3>
            {others.map((mac) => (
              <button key={mac.deviceId} type="button" onClick={() => onSwitch(mac)}>
                {mac.macName || grouped(mac.macId)}
              </button>
            ))}
          </section>
        )}
        <ForgetButton onForget={onForget} />
      </div>
    </dialog>
  );
}

function TurnForm({ localOnly, onSaved }: { readonly localOnly: boolean; onSaved(): void }) {
  const [settings, change] = useState(readSettings);
  const [saved, setSaved] = useState(false);
  const { turnUrl, turnUser, turnPassword } = settings;
  const isUsable = turnUrl === "" || isTurnUrl(turnUrl);

  const edit = (field: "turnUrl" | "turnUser" | "turnPassword") => (event: InputEvent) => {
    const { value } = event.currentTarget as HTMLInputElement;
    change({ ...settings, [field]: value.trim() });
    setSaved(false);
  };

  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        writeSettings({ ...readSettings(), turnUrl, turnUser, turnPassword });
        setSaved(true);
        onSaved();
      }}
    >
      <h3>TURN server</h3>
      <p class="quiet small">
        {localOnly
          ? "This pairing stays in your Mac’s own network: no TURN server is used."
          : "Only needed when no direct way is found. It forwards encrypted data that it cannot read."}
      </p>
      <label class="field">
        <span>URL</span>
        <input
          type="text"
          inputmode="url"
          name="turn-url"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder="turn:turn.example.org:3478"
          disabled={localOnly}
          value={turnUrl}
          onInput={edit("turnUrl")}
        />
      </label>
      {!isUsable && <p class="problem">A TURN address looks like turn:name:3478 or turns:name:5349.</p>}
      <label class="field">
        <span>User</span>
        <input
          type="text"
          name="turn-user"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          disabled={localOnly}
          value={turnUser}
          onInput={edit("turnUser")}
        />
      </label>
      <label class="field">
        <span>Password</span>
        <input
          type="password"
          name="turn-password"
          autocomplete="off"
          disabled={localOnly}
          value={turnPassword}
          onInput={edit("turnPassword")}
        />
      </label>
      <button class="primary" type="submit" disabled={localOnly || !isUsable || saved}>
        {saved ? "Saved on this phone" : "Save and reconnect"}
      </button>
    </form>
  );
}

function ForgetButton({ onForget }: { onForget(): void }) {
  const [asking, ask] = useState(false);
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    if (asking) {
      section.current?.scrollIntoView({ block: "end" });
    }
  }, [asking]);
  return (
    <section class="stack forget" ref={section}>
      {asking && (
        <p class="small">This erases the key and the chat on this phone. You then need a new code to pair.</p>
      )}
      <button class="danger" type="button" onClick={() => (asking ? onForget() : ask(true))}>
        {asking ? "Yes, forget it" : "Forget this Mac"}
      </button>
    </section>
  );
}
