import { useEffect, useState } from "preact/hooks";
import type { DeviceList } from "../phone/deviceList.ts";
import { type Device, type Role, roles } from "../protocol/messages.ts";
import { grouped } from "./format.ts";

interface DevicesProps {
  readonly list: DeviceList;
  /** The id of this phone. */
  readonly self: string;
  readonly isLive: boolean;
}

/** For an owner's phone: who may ask this Mac. Others see nothing here. */
export function Devices({ list, self, isLive }: DevicesProps) {
  useEffect(() => {
    if (isLive) {
      list.ask();
    }
  }, [isLive]);

  return list.known === undefined ? null : (
    <section class="stack" aria-labelledby="devices-title">
      <h3 id="devices-title">Devices of this Mac</h3>
      {list.known.map((device) => (
        <Row key={device.device} device={device} isSelf={device.device === self} list={list} />
      ))}
      {list.problem !== "" && (
        <p class="problem" role="alert">
          {list.problem}
        </p>
      )}
    </section>
  );
}

interface RowProps {
  readonly device: Device;
  readonly isSelf: boolean;
  readonly list: DeviceList;
}

function Row({ device, isSelf, list }: RowProps) {
  const [asking, ask] = useState(false);
  const name = device.name || grouped(device.device);
  return (
    <div class="device" data-device={device.device}>
      <p>
        {name} <span class="quiet small">{isSelf ? "this phone" : device.connected ? "connected" : "away"}</span>
      </p>
      <select
        aria-label={`Role of ${name}`}
        value={device.role}
        disabled={isSelf}
        onChange={({ currentTarget }) => list.setRole(device.device, currentTarget.value as Role)}
      >
        {roles.map((role) => (
          <option key={role} value={role}>
            {role}
          </option>
        ))}
      </select>
      {!isSelf && (
        <button
          class="danger"
          type="button"
          aria-label={asking ? `Yes, remove ${name}` : `Remove ${name}`}
          onClick={() => (asking ? list.revoke(device.device) : ask(true))}
        >
          {asking ? "Yes, remove" : "Remove"}
        </button>
      )}
    </div>
  );
}
