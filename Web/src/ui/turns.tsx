import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Answer, isOver, type Turn } from "../phone/turn.ts";
import { stageText, statsText } from "./format.ts";
import { DownIcon, Mark } from "./icons.tsx";

interface TurnsProps {
  readonly turns: readonly Turn[];
  readonly isLive: boolean;
  onAskAgain(): void;
}

/** Within this distance of the end the list follows the answer as it grows. */
const FOLLOW_PIXELS = 80;

export function Turns({ turns, isLive, onAskAgain }: TurnsProps) {
  const list = useRef<HTMLDivElement>(null);
  const [following, follow] = useState(true);
  const toEnd = () => list.current?.scrollTo({ top: list.current.scrollHeight });

  useLayoutEffect(() => {
    if (following) {
      toEnd();
    }
  });
  useEffect(() => follow(true), [turns.length]);

  return (
    <div
      class="turns"
      ref={list}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
        follow(scrollHeight - scrollTop - clientHeight < FOLLOW_PIXELS)
      }
    >
      {turns.length === 0 && (
        <div class="empty">
          <Mark />
          <p>Ask anything. It stays between this phone and your Mac.</p>
        </div>
      )}
      {turns.map((turn, index) =>
        turn.role === "user" ? (
          <p class="question" key={index}>
            {turn.text}
          </p>
        ) : (
          <AnswerView
            key={turn.id}
            answer={turn}
            isLive={isLive}
            onAskAgain={index === turns.length - 1 ? onAskAgain : undefined}
          />
        ),
      )}
      {!following && (
        <button class="round toEnd" type="button" aria-label="To the end" onClick={toEnd}>
          <DownIcon />
        </button>
      )}
    </div>
  );
}

interface AnswerProps {
  readonly answer: Answer;
  readonly isLive: boolean;
  readonly onAskAgain: (() => void) | undefined;
}

function AnswerView({ answer, isLive, onAskAgain }: AnswerProps) {
  const stage = stageText(answer, isLive);
  const stats = isOver(answer) ? statsText(answer) : "";
  return (
    <article class="answer" data-state={answer.state}>
      {answer.thinking !== "" && (
        <details class="thinking">
          <summary>{answer.text === "" && !isOver(answer) ? "Thinking…" : "Thought"}</summary>
          <p>{answer.thinking}</p>
        </details>
      )}
      {answer.text !== "" && <p class={isOver(answer) ? "text" : "text growing"}>{answer.text}</p>}
      {stage !== "" && (
        <p class="stage">
          {stage}
          <span class="dots" aria-hidden="true" />
        </p>
      )}
      {answer.problem !== "" && <p class="problem">{answer.problem}</p>}
      {stats !== "" && <p class="stats">{stats}</p>}
      {onAskAgain !== undefined && answer.state === "failed" && (
        <button type="button" onClick={onAskAgain}>
          Ask again
        </button>
      )}
    </article>
  );
}
