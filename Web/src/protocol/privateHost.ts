/** Whether a host is this machine, a private or link-local address, or a .local name. */
export function isPrivateHost(host: string): boolean {
  const name = host.toLowerCase();
  return name === "localhost" || /[^.]\.local$/.test(name) || isPrivateAddress(name.replace(/^\[|\]$/g, ""));
}

/** Whether a host is this machine itself: what comes from there crosses no network. */
export function isThisMachine(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(host);
}

/** The private ranges of local mode, without 100.64/10, which is also carriers' address space. */
export function isPrivateAddress(address: string): boolean {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  if (octets !== undefined) {
    const [first = 0, second = 0] = octets;
    return (
      octets.every((octet) => octet <= 255) &&
      (first === 127 ||
        first === 10 ||
        (first === 172 && second >= 16 && second <= 31) ||
        (first === 192 && second === 168) ||
        (first === 169 && second === 254))
    );
  }
  // ::1, fe80::/10 and fc00::/7.
  return address === "::1" || /^fe[89ab][0-9a-f]:/i.test(address) || /^f[cd][0-9a-f]{2}:/i.test(address);
}
