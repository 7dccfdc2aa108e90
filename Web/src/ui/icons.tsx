/** The two rings of a pair; they breathe while something is on its way. */
export function Mark({ busy = false }: { readonly busy?: boolean }) {
  return (
    <svg class={busy ? "mark busy" : "mark"} viewBox="0 0 48 28" aria-hidden="true">
      <circle cx="14" cy="14" r="10" />
      <circle cx="34" cy="14" r="10" />
      <path d="M19 14h10" />
    </svg>
  );
}

function Icon({ path }: { readonly path: string }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

export const SendIcon = () => <Icon path="M12 19V5m0 0-6 6m6-6 6 6" />;
export const NewIcon = () => <Icon path="M12 5v14M5 12h14" />;
export const CloseIcon = () => <Icon path="M6 6l12 12M18 6 6 18" />;
export const SettingsIcon = () => <Icon path="M4 7h9m5 0h2M4 17h2m5 0h9M15.5 4.5v5M8.5 14.5v5" />;
export const DownIcon = () => <Icon path="M12 5v14m0 0-6-6m6 6 6-6" />;

export function StopIcon() {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <rect class="solid" x="5.5" y="5.5" width="13" height="13" rx="2.5" />
    </svg>
  );
}
