import type { ProblemCode } from "./problem.ts";

/**
 * Codes of `icecandidateerror`: 701 is the browser's own, for a server that it did not reach; 400 to 599 are the
 * server's (RFC 8656, section 19). Others say nothing of the server: Chromium has 600 for an interface of the other
 * address family, or one that TCP did not leave by.
 */
const UNREACHABLE = 701;
const isRefusal = (code: number) => code >= 400 && code < 600;

/** Chromium's words when a name has no address for an interface; another interface may find one. */
const isLookup = (text: string | undefined) => /\blookup\b/i.test(text ?? "");

const DEFAULT_PORTS: Readonly<Record<string, number>> = { stun: 3478, turn: 3478, stuns: 5349, turns: 5349 };

/** What a browser said of one server, from the least telling to the most: each interface asks. */
type Word = "unresolved" | "silent" | "refused";
const words: readonly Word[] = ["unresolved", "silent", "refused"];

/** What went wrong with each STUN and TURN server while candidates were gathered. */
export class ServerErrors {
  readonly #servers: readonly Server[];
  readonly #said = new Map<string, Word>();

  constructor(servers: readonly RTCIceServer[]) {
    this.#servers = servers.flatMap(({ urls }) => [urls].flat()).flatMap((url) => readServer(url) ?? []);
  }

  note(event: { readonly url?: string | null; readonly errorCode: number; readonly errorText?: string }): void {
    const server = readServer(event.url ?? "");
    const word = wordOf(event.errorCode, event.errorText);
    if (server === undefined || word === undefined) {
      return;
    }
    const known = this.#said.get(server.id);
    if (known === undefined || words.indexOf(word) > words.indexOf(known)) {
      this.#said.set(server.id, word);
    }
  }

  /**
   * Why no path was found, as far as the servers tell; `sdp` has the candidates that they gave. A browser waits longer
   * for a silent server than we do for a path: who has said nothing while it still gathers is silent.
   */
  cause(sdp: string, isGathering: boolean): ProblemCode {
    if (/^a=candidate:.* typ relay/m.test(sdp)) {
      return "no_path";
    }
    const relays = this.#servers.filter(({ isRelay }) => isRelay);
    if (relays.some(({ id }) => this.#said.get(id) === "refused")) {
      return "relay_refused";
    }
    const isUnresolved = ({ id }: Server) => !isGathering && this.#said.get(id) === "unresolved";
    const isSilent = ({ id }: Server) => isGathering || this.#said.get(id) === "silent";
    const byUdp = this.#servers.filter((server) => server.isUdp && !isUnresolved(server));
    const isMapped = /^a=candidate:.* typ srflx/m.test(sdp);
    // A relay that is down, with a STUN server on its machine, is as silent as one that a firewall hides.
    const standsApart = ({ host }: Server) => relays.every((relay) => relay.host !== host);
    if (!isMapped && byUdp.every(isSilent) && byUdp.some(standsApart)) {
      return "udp_blocked";
    }
    const needed = relays.length > 0 ? relays : this.#servers;
    if (needed.length > 0 && needed.every(isUnresolved) && (relays.length > 0 || !isMapped)) {
      return "name_unresolved";
    }
    const isAway = (server: Server) => isSilent(server) || isUnresolved(server);
    return relays.length > 0 && relays.every(isAway) ? "relay_unreachable" : "no_path";
  }
}

function wordOf(code: number, text: string | undefined): Word | undefined {
  if (code === UNREACHABLE) {
    return isLookup(text) ? "unresolved" : "silent";
  }
  return isRefusal(code) ? "refused" : undefined;
}

interface Server {
  readonly id: string;
  readonly host: string;
  readonly isRelay: boolean;
  readonly isUdp: boolean;
}

/** A browser tells a server's address with the port and transport that its URL left out (RFC 7064, RFC 7065). */
function readServer(url: string): Server | undefined {
  const found = /^(stuns?|turns?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?$/i.exec(url);
  const scheme = found?.[1]?.toLowerCase();
  if (found === null || scheme === undefined) {
    return undefined;
  }
  const isTls = scheme.endsWith("s");
  const transport = (found[4] ?? (isTls ? "tcp" : "udp")).toLowerCase();
  const port = found[3] ?? DEFAULT_PORTS[scheme];
  const host = (found[2] ?? "").toLowerCase();
  return {
    id: `${scheme} ${host} ${port} ${transport}`,
    host,
    isRelay: scheme.startsWith("turn"),
    isUdp: !isTls && transport === "udp",
  };
}
