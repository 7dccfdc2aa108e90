import type { ProblemCode } from "./problem.ts";

/** What `icecandidateerror` says of a server that did not answer; every other code is its own (RFC 8656, section 19). */
const UNREACHABLE = 701;

const DEFAULT_PORTS: Readonly<Record<string, number>> = { stun: 3478, turn: 3478, stuns: 5349, turns: 5349 };

/** What went wrong with each STUN and TURN server while candidates were gathered. */
export class ServerErrors {
  readonly #servers: readonly Server[];
  readonly #codes = new Map<string, number>();

  constructor(servers: readonly RTCIceServer[]) {
    this.#servers = servers.flatMap(({ urls }) => [urls].flat()).flatMap((url) => readServer(url) ?? []);
  }

  note(event: { readonly url?: string | null; readonly errorCode: number }): void {
    const server = readServer(event.url ?? "");
    // Each interface asks: that a server refused one says more than that it was silent to another.
    if (server !== undefined && (this.#codes.get(server.id) ?? UNREACHABLE) === UNREACHABLE) {
      this.#codes.set(server.id, event.errorCode);
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
    if (relays.some(({ id }) => (this.#codes.get(id) ?? UNREACHABLE) !== UNREACHABLE)) {
      return "relay_refused";
    }
    const isAway = ({ id }: Server) => isGathering || this.#codes.get(id) === UNREACHABLE;
    const byUdp = this.#servers.filter(({ isUdp }) => isUdp);
    const isMapped = /^a=candidate:.* typ srflx/m.test(sdp);
    if (!isMapped && byUdp.length > 0 && byUdp.every(isAway)) {
      return "udp_blocked";
    }
    return relays.length > 0 && relays.every(isAway) ? "relay_unreachable" : "no_path";
  }
}

interface Server {
  readonly id: string;
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
  return {
    id: `${scheme} ${found[2]?.toLowerCase()} ${port} ${transport}`,
    isRelay: scheme.startsWith("turn"),
    isUdp: !isTls && transport === "udp",
  };
}
