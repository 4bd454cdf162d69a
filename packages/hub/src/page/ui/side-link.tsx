import type { ComponentChildren, JSX } from "preact";

import { hashOf, type Route } from "../core/index.ts";
import { Icon, type IconName } from "./icon.tsx";

interface Props {
  readonly icon: IconName;
  readonly route: Route;
  readonly isHere: boolean;
  /** New items there. */
  readonly count: number;
  readonly children: ComponentChildren;
}

export function SideLink({ icon, route, isHere, count, children }: Props): JSX.Element {
  return (
    <li>
      <a class="row" href={hashOf(route)} aria-current={isHere ? "page" : undefined}>
        <Icon name={icon} />
        <span class="name">{children}</span>
        {count > 0 && (
          <span class="count">
            {count}
            <span class="hidden"> new</span>
          </span>
        )}
      </a>
    </li>
  );
}
