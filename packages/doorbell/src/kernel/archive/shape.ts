/** Where a shape keeps the type of its values; nothing is there at run time. */
declare const typeOf: unique symbol;

/**
 * What a value may be, and how it lies in bytes. Made once, by `record`, `text`, `u16` and their like; holds no
 * state of its own, so that one shape serves a whole program.
 */
export interface Shape<out T> {
  /** Bytes of the shortest encoding. */
  readonly bytesMin: number;
  /** Bytes of the longest encoding: memory of that size holds every value. */
  readonly bytesMax: number;
  readonly [typeOf]?: T;
}

/**
 * The values of a shape.
 *
 * @example
 * const status = record({ ssid: option(text(32)), linkState: u16 });
 * type Status = Infer<typeof status>; // { readonly ssid: string | undefined; readonly linkState: number }
 */
export type Infer<S> = S extends Shape<infer T> ? T : never;
