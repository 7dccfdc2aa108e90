/** What a person set under Connection, kept on this phone only. */
export interface Settings {
  readonly turnUrl: string;
  readonly turnUser: string;
  readonly turnPassword: string;
  /** Empty: the Mac's default. */
  readonly model: string;
}

const KEY = "quicpair.settings";
const none: Settings = { turnUrl: "", turnUser: "", turnPassword: "", model: "" };

export function readSettings(): Settings {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, unknown>;
    const text = (name: keyof Settings) => (typeof stored[name] === "string" ? stored[name] : none[name]);
    return {
      turnUrl: text("turnUrl"),
      turnUser: text("turnUser"),
      turnPassword: text("turnPassword"),
      model: text("model"),
    };
  } catch {
    return none;
  }
}

export function writeSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // A browser that stores nothing keeps the settings until the page closes.
  }
}

export function isTurnUrl(url: string): boolean {
  return /^turns?:[^\s?]+(\?transport=(udp|tcp))?$/i.test(url);
}

export function turnServers(): RTCIceServer[] {
  const { turnUrl, turnUser, turnPassword } = readSettings();
  return isTurnUrl(turnUrl) ? [{ urls: turnUrl, username: turnUser, credential: turnPassword }] : [];
}
