import { useEffect, useState } from "preact/hooks";
import type { PairedMac } from "../phone/database.ts";
import { standIns } from "../phone/otherMacs.ts";
import type { Phone } from "../phone/phone.ts";
import { sentenceOf } from "../phone/sentences.ts";
import { Announcer } from "./announcer.tsx";
import { Composer } from "./composer.tsx";
import { ConnectionSheet } from "./connectionSheet.tsx";
import { grouped, linkText } from "./format.ts";
import { CloseIcon, NewIcon, SettingsIcon } from "./icons.tsx";
import { ModelPicker } from "./modelPicker.tsx";
import { Turns } from "./turns.tsx";

interface ChatProps {
  readonly phone: Phone;
  /** The six digits of a pairing that was just completed. */
  readonly code: string | undefined;
  onCodeSeen(): void;
  onForget(): void;
  onSwitch(mac: PairedMac): void;
  macs(): Promise<PairedMac[]>;
}

export function ChatScreen({ phone, code, onCodeSeen, onForget, onSwitch, macs }: ChatProps) {
  const [sheetOpen, setSheetOpen] = useState(false);
  const { turns, open } = phone.conversation;
  return (
    <div class="chat">
      <header class="bar">
        <div class="who">
          <h1>{phone.mac.macName || "Your Mac"}</h1>
          <button class={`chip ${phone.link.kind}`} type="button" onClick={() => setSheetOpen(true)}>
            <span class="dot" />
            {linkText(phone.link)}
          </button>
        </div>
        <ModelPicker models={phone.models} />
        <button
          class="round"
          type="button"
          aria-label="New chat"
          title="New chat"
          disabled={turns.length === 0}
          onClick={() => phone.startOver()}
        >
          <NewIcon />
        </button>
        <button
          class="round"
          type="button"
          aria-label="Connection"
          title="Connection"
          onClick={() => setSheetOpen(true)}
        >
          <SettingsIcon />
        </button>
      </header>
      {code !== undefined && (
        <div class="banner good" role="status">
          <span>
            Paired. Your Mac shows the same code: <b class="mono">{`${code.slice(0, 3)} ${code.slice(3)}`}</b>
          </span>
          <button class="round" type="button" aria-label="Close" onClick={onCodeSeen}>
            <CloseIcon />
          </button>
        </div>
      )}
      {phone.isMacAway ? (
        <AwayBanner phone={phone} onSwitch={onSwitch} macs={macs} />
      ) : (
        (phone.link.kind === "waiting" || phone.link.kind === "stopped") && (
          <div class="banner" role="alert">
            <span>{sentenceOf(phone.link.problem)}</span>
            {phone.link.kind === "stopped" && (
              <button type="button" onClick={() => void phone.connect()}>
                {phone.link.problem === "elsewhere" ? "Use here" : "Try again"}
              </button>
            )}
          </div>
        )
      )}
      <Turns turns={turns} isLive={phone.isLive} onAskAgain={() => phone.askAgain()} />
      <Announcer turns={turns} isLive={phone.isLive} />
      <Composer
        answering={open !== undefined}
        stopping={open?.stopping === true}
        onSend={(text) => phone.ask(text)}
        onStop={() => phone.stopAnswer()}
      />
      {sheetOpen && (
        <ConnectionSheet
          phone={phone}
          macs={macs}
          onClose={() => setSheetOpen(false)}
          onForget={onForget}
          onSwitch={onSwitch}
        />
      )}
    </div>
  );
}

/** It stays while the Mac is asked again and again: a button must not go away under a finger. */
function AwayBanner({ phone, onSwitch, macs }: Pick<ChatProps, "phone" | "onSwitch" | "macs">) {
  const [known, setKnown] = useState<readonly PairedMac[]>([]);
  useEffect(() => {
    void macs().then(setKnown);
  }, []);
  return (
    <div class="banner away" role="alert">
      <span>{sentenceOf("mac_offline")}</span>
      {standIns(known, phone.mac).map((mac) => (
        <button key={mac.deviceId} type="button" onClick={() => onSwitch(mac)}>
          {`Use ${mac.macName || grouped(mac.macId)}`}
        </button>
      ))}
    </div>
  );
}
