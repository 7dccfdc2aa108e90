import type { Step } from "./connect.ts";
import type { Path } from "./peer.ts";
import type { ProblemCode } from "./problem.ts";

/** How a phone and its Mac stand at this moment. */
export type Link =
  | { readonly kind: "connecting"; readonly step: Step }
  | { readonly kind: "pairing"; readonly code: string }
  | { readonly kind: "live"; readonly path: Path | undefined; readonly roundTripMs: number | undefined }
  /** It tries again by itself. */
  | { readonly kind: "waiting"; readonly problem: ProblemCode }
  /** It waits for the person. */
  | { readonly kind: "stopped"; readonly problem: ProblemCode };

/** What a live session has come through. */
export type Change = "restarted" | "connected anew";
