import type { JSX } from "preact";

import { exactly, interfacesOf, shownLine, timeOf } from "../core/index.ts";

const STATES = { up: "Up", noCarrier: "Not connected", off: "Off" } as const;

/** The network of the hub's machine, as it was told last. */
export function Interfaces({ line, at }: { readonly line: string; readonly at: number }): JSX.Element {
  const interfaces = interfacesOf(line);
  if (interfaces === undefined) return <p dir="auto">{shownLine(line)}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Interfaces">
      <table>
        <caption>
          As of <time title={exactly(at)}>{timeOf(at)}</time>
        </caption>
        <thead>
          <tr>
            <th scope="col">Interface</th>
            <th scope="col">State</th>
            <th scope="col">Addresses</th>
          </tr>
        </thead>
        <tbody>
          {interfaces.map(({ name, state, ssid, addresses }) => (
            <tr key={name}>
              <th scope="row">
                <bdi>{shownLine(name)}</bdi>
              </th>
              <td>
                <span class={`link ${state}`}>{STATES[state]}</span>
                {ssid !== null && (
                  <>
                    {" "}
                    in <bdi>{shownLine(ssid)}</bdi>
                  </>
                )}
              </td>
              <td>
                <ul>
                  {addresses.map((address) => (
                    <li key={address}>
                      <code>{shownLine(address)}</code>
                    </li>
                  ))}
                </ul>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
