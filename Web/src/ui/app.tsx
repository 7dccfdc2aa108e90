import { useEffect, useRef, useState } from "preact/hooks";
import { Database, type PairedMac } from "../phone/database.ts";
import { pairedBy, prepare } from "../phone/pairing.ts";
import { Phone } from "../phone/phone.ts";
import { Problem } from "../phone/problem.ts";
import { sentenceOf } from "../phone/sentences.ts";
import { isExpired, type LinkResult, linkSentences, type PairingLink, readLink } from "../protocol/link.ts";
import { ChatScreen } from "./chatScreen.tsx";
import { ConnectingScreen } from "./connectingScreen.tsx";
import { byFrame } from "./frames.ts";
import { PairScreen } from "./pairScreen.tsx";
import { WelcomeScreen } from "./welcomeScreen.tsx";

type Screen =
  | { readonly kind: "starting" }
  | { readonly kind: "welcome"; readonly problem: string }
  | { readonly kind: "invited"; readonly link: PairingLink }
  | { readonly kind: "phone"; readonly phone: Phone };

export function App() {
  const [screen, show] = useState<Screen>({ kind: "starting" });
  const [, redraw] = useState(0);
  const [pairedCode, setPairedCode] = useState<string>();
  const database = useRef<Database>(undefined);
  const phone = useRef<Phone>(undefined);

  const opened = async () => (database.current ??= await Database.open());

  const run = async (steps: () => Promise<Screen>) => {
    try {
      show(await steps());
    } catch (error) {
      show({ kind: "welcome", problem: sentenceOf(error instanceof Problem ? error.code : "") });
    }
  };

  const start = async (mac: PairedMac): Promise<Screen> => {
    phone.current?.leave();
    const drawSoon = byFrame(() => redraw((count) => count + 1));
    const started = await Phone.start(await opened(), mac, ({ link }) => {
      if (link.kind === "pairing") {
        setPairedCode(link.code);
      }
      drawSoon();
    });
    phone.current = started;
    return { kind: "phone", phone: started };
  };

  /** The Mac used last, or the welcome screen. */
  const home = async (): Promise<Screen> => {
    const macs = await (await opened()).macs();
    const [latest] = macs.sort((a, b) => b.usedAt - a.usedAt);
    return latest === undefined ? { kind: "welcome", problem: "" } : start(latest);
  };

  const invite = async ({ link, problem }: LinkResult): Promise<Screen> => {
    phone.current?.leave();
    if (link === undefined) {
      return { kind: "welcome", problem: linkSentences[problem] };
    }
    if (!isExpired(link, Date.now() / 1000)) {
      return { kind: "invited", link };
    }
    const known = await pairedBy(await opened(), link);
    return known === undefined ? { kind: "welcome", problem: linkSentences.expired } : start(known);
  };

  const open = () =>
    run(async () => {
      const url = location.href;
      const invited = url.includes("#");
      if (invited) {
        // The secret must not stay in the address bar, in the history or in what is synchronized.
        history.replaceState(null, "", location.pathname);
      }
      await (await opened()).eraseExpiredSecrets(Date.now() / 1000);
      return invited ? invite(readLink(url)) : home();
    });

  const useLink = (text: string) =>
    run(async () => {
      const result = readLink(text.trim());
      if (result.link !== undefined && result.link.origin !== location.origin) {
        location.assign(text.trim());
      }
      return invite(result);
    });

  const pair = (link: PairingLink) =>
    run(async () => {
      void navigator.storage?.persist?.();
      return start(await prepare(await opened(), link));
    });

  /** Takes back an invitation that did not become a pairing. */
  const abandon = (abandoned: Phone) =>
    run(async () => {
      if (abandoned.mac.lasting === undefined) {
        await abandoned.forget();
      } else {
        abandoned.leave();
      }
      return home();
    });

  const forget = (forgotten: Phone) =>
    run(async () => {
      await forgotten.forget();
      return home();
    });

  useEffect(() => {
    const reopen = () => location.hash !== "" && void open();
    void open();
    window.addEventListener("hashchange", reopen);
    return () => window.removeEventListener("hashchange", reopen);
  }, []);

  switch (screen.kind) {
    case "starting":
      return null;
    case "welcome":
      return <WelcomeScreen problem={screen.problem} onLink={useLink} />;
    case "invited":
      return <PairScreen link={screen.link} onPair={() => pair(screen.link)} onCancel={() => run(home)} />;
    case "phone":
      return screen.phone.mac.lasting === undefined ? (
        <ConnectingScreen phone={screen.phone} onCancel={() => abandon(screen.phone)} />
      ) : (
        <ChatScreen
          phone={screen.phone}
          code={pairedCode}
          onCodeSeen={() => setPairedCode(undefined)}
          onForget={() => forget(screen.phone)}
          onSwitch={(mac) => run(() => start(mac))}
          macs={async () => (await opened()).macs()}
        />
      );
  }
}
