import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { SendIcon, StopIcon } from "./icons.tsx";

interface ComposerProps {
  readonly answering: boolean;
  readonly stopping: boolean;
  onSend(text: string): void;
  onStop(): void;
}

export function Composer({ answering, stopping, onSend, onStop }: ComposerProps) {
  const [text, setText] = useState("");
  const input = useRef<HTMLTextAreaElement>(null);
  const canSend = !answering && text.trim() !== "";

  useLayoutEffect(() => {
    const area = input.current;
    if (area !== null) {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight}px`;
    }
  }, [text]);

  const send = () => {
    if (canSend) {
      onSend(text.trim());
      setText("");
      input.current?.focus();
    }
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={input}
        rows={1}
        name="message"
        aria-label="Message"
        placeholder="Message"
        autocomplete="off"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          // On a touch keyboard Enter makes a new line, as people expect there.
          const isTouch = matchMedia("(pointer: coarse)").matches;
          if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !isTouch) {
            event.preventDefault();
            send();
          }
        }}
      />
      {answering ? (
        <button class="round accent" type="button" aria-label="Stop" disabled={stopping} onClick={onStop}>
          <StopIcon />
        </button>
      ) : (
        <button class="round accent" type="submit" aria-label="Send" disabled={!canSend}>
          <SendIcon />
        </button>
      )}
    </form>
  );
}
