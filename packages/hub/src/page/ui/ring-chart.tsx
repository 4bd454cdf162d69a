import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { type Bell, type BellsView, CHART_HOURS, chartOf, type RingsOfHour } from "../core/index.ts";

const HEIGHT = 32;
const STEP = 5;

/** How often a bell was rung. It is asked for once the bell is in sight: there may be a thousand of them. */
export function RingChart({ bell, bells }: { readonly bell: Bell; readonly bells: BellsView }): JSX.Element {
  const rings = useSignal<readonly RingsOfHour[] | undefined>(undefined);
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const load = (): void =>
      void bells.rings(bell.id).then(
        (known) => (rings.value = known),
        () => {},
      );
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      watch.disconnect();
      load();
    });
    if (place.current !== null) watch.observe(place.current);
    return () => watch.disconnect();
  }, [bell.rings]);
  const { bars, total, text } = chartOf(rings.value ?? [], Date.now());
  const said = rings.value === undefined ? "" : text;
  return (
    <figure ref={place} class="chart">
      {total > 0 && (
        <svg
          viewBox={`0 0 ${CHART_HOURS * STEP - 1} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={text}
        >
          {bars.map(({ index, rings, height }) => {
            const tall = rings === 0 ? 1 : Math.max(3, Math.round(height * HEIGHT));
            return (
              <rect
                key={index}
                class={rings === 0 ? "none" : "some"}
                x={index * STEP}
                y={HEIGHT - tall}
                width={STEP - 1}
                height={tall}
              />
            );
          })}
        </svg>
      )}
      <figcaption aria-hidden={total > 0}>{total > 0 ? `Rings by the hour, ${CHART_HOURS} hours` : said}</figcaption>
    </figure>
  );
}
