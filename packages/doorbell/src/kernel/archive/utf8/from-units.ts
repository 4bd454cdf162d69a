/** Characters given one by one make a text several times faster than any other way, as long as they are few. */
const of = String.fromCharCode as (...codes: readonly (number | undefined)[]) => string;

/** The most that `fromUnits` takes. */
export const UNITS_MAX = 24;

/** The text of the first `length` UTF-16 units, of which there are at most `UNITS_MAX`. */
export function fromUnits(units: Uint16Array, length: number): string {
  if (length === 0) return "";
  const a = units[0];
  if (length === 1) return of(a);
  const b = units[1];
  if (length === 2) return of(a, b);
  const c = units[2];
  if (length === 3) return of(a, b, c);
  const d = units[3];
  if (length === 4) return of(a, b, c, d);
  const e = units[4];
  if (length === 5) return of(a, b, c, d, e);
  const f = units[5];
  if (length === 6) return of(a, b, c, d, e, f);
  const g = units[6];
  if (length === 7) return of(a, b, c, d, e, f, g);
  const h = units[7];
  if (length === 8) return of(a, b, c, d, e, f, g, h);
  const i = units[8];
  if (length === 9) return of(a, b, c, d, e, f, g, h, i);
  const j = units[9];
  if (length === 10) return of(a, b, c, d, e, f, g, h, i, j);
  const k = units[10];
  if (length === 11) return of(a, b, c, d, e, f, g, h, i, j, k);
  const l = units[11];
  if (length === 12) return of(a, b, c, d, e, f, g, h, i, j, k, l);
  const m = units[12];
  if (length === 13) return of(a, b, c, d, e, f, g, h, i, j, k, l, m);
  const n = units[13];
  if (length === 14) return of(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  const o = units[14];
  if (length === 15) return of(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
  const p = units[15];
  if (length === 16) return of(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
  const q = units[16];
  if (length === 17) return of(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
  const r = units[17];
  if (length === 18) return of(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r);
  const s = units[18];
  if (length === 19) return of(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s);
  const t = units[19];
  if (length === 20) return of(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t);
  const u = units[20];
  if (length === 21) return of(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u);
  const v = units[21];
  if (length === 22) return of(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v);
  const w = units[22];
  if (length === 23) return of(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w);
  const x = units[23];
  return of(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x);
}
