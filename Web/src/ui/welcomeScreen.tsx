import { useState } from "preact/hooks";
import { Mark } from "./icons.tsx";

interface WelcomeProps {
  readonly problem: string;
  onLink(text: string): void;
}

export function WelcomeScreen({ problem, onLink }: WelcomeProps) {
  const [text, setText] = useState("");
  return (
    <main class="page">
      <section class="card">
        <Mark />
        <h1>Talk to your Mac</h1>
        <p class="quiet">
          On your Mac, run <code>quicpair pair</code> and scan the code that it shows. This phone then speaks
          to that Mac directly, and nobody in between can read along.
        </p>
        {problem !== "" && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            onLink(text);
          }}
        >
          <label class="field">
            <span>Or paste the link</span>
            <input
              type="url"
              name="link"
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              placeholder="https://…/p#1.…"
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
          <button class="primary" type="submit" disabled={text.trim() === ""}>
            Continue
          </button>
        </form>
      </section>
    </main>
  );
}
