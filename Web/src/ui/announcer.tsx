import { useEffect, useRef, useState } from "preact/hooks";
import { isOver, type Turn } from "../phone/turn.ts";
import { stageText } from "./format.ts";

/** Tells screen readers what happens, whole sentences at a time and not each word as it comes. */
export function Announcer({ turns, isLive }: { readonly turns: readonly Turn[]; readonly isLive: boolean }) {
  const [said, say] = useState("");
  const place = useRef({ id: "", length: 0, stage: "" });
  const last = turns.at(-1);

  useEffect(() => {
    if (last?.role !== "assistant") {
      return;
    }
    if (place.current.id !== last.id) {
      place.current = { id: last.id, length: isOver(last) ? last.text.length : 0, stage: "" };
    }
    const stage = last.problem || stageText(last, isLive);
    if (stage !== "" && stage !== place.current.stage) {
      place.current.stage = stage;
      say(stage);
      return;
    }
    const fresh = last.text.slice(place.current.length);
    const whole = isOver(last) ? fresh : (/^.*[.!?…:]\s/s.exec(fresh)?.[0] ?? "");
    if (whole.trim() !== "") {
      place.current.length += whole.length;
      say(whole);
    }
  });

  return (
    <div class="unseen" aria-live="polite">
      {said}
    </div>
  );
}
