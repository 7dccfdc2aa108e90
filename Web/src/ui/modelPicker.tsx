import { useState } from "preact/hooks";
import { readSettings, writeSettings } from "../phone/settings.ts";
import type { Model } from "../protocol/messages.ts";
import { modelText } from "./format.ts";

export function ModelPicker({ models }: { readonly models: readonly Model[] }) {
  const [chosen, choose] = useState(readSettings().model);
  if (models.length === 0) {
    return null;
  }
  if (models.length === 1) {
    return <span class="model quiet small">{models[0]?.name}</span>;
  }
  return (
    <select
      class="models"
      aria-label="Model"
      value={models.some(({ name }) => name === chosen) ? chosen : ""}
      onChange={({ currentTarget }) => {
        writeSettings({ ...readSettings(), model: currentTarget.value });
        choose(currentTarget.value);
      }}
    >
      <option value="">Default</option>
      {models.map((model) => (
        <option key={model.name} value={model.name}>
          {modelText(model)}
        </option>
      ))}
    </select>
  );
}
