import { cleanName } from "../protocol/name.ts";

/** What the Mac's owner sees in the list of devices. */
export function phoneName(userAgent: string = navigator.userAgent): string {
  const device =
    /\biPhone\b/.exec(userAgent)?.[0] ??
    /\biPad\b/.exec(userAgent)?.[0] ??
    /\bAndroid\b/.exec(userAgent)?.[0] ??
    (/\bMacintosh\b/.test(userAgent) ? "Mac" : undefined) ??
    (/\bWindows\b/.test(userAgent) ? "Windows" : undefined) ??
    (/\bLinux\b/.test(userAgent) ? "Linux" : "Phone");
  const browser = /\b(?:Edg|EdgA|EdgiOS)\//.test(userAgent)
    ? "Edge"
    : /\b(?:Firefox|FxiOS)\//.test(userAgent)
      ? "Firefox"
      : /\b(?:Chrome|CriOS|HeadlessChrome)\//.test(userAgent)
        ? "Chrome"
        : /\bSafari\//.test(userAgent)
          ? "Safari"
          : "browser";
  return cleanName(`${device}, ${browser}`);
}
