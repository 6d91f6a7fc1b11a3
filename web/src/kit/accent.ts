/**
 * Shades of one colour that can be read in both themes: its hue and its strength stay, its
 * lightness goes as far as WCAG's 4.5 to 1 needs. Colours are sRGB, 0 to 1, lightness is OKLab's.
 */

type Rgb = readonly [number, number, number];
type Oklch = { l: number; c: number; h: number };

export interface Shades {
  accent: string;
  hover: string;
  ink: string;
  soft: string;
}

const CONTRAST_MIN = 4.5;
const STEP = 0.005;

const linear = (part: number): number =>
  part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
const encoded = (part: number): number =>
  part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055;

function rgbOf(hex: string): Rgb {
  const part = (at: number): number => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return [part(1), part(3), part(5)];
}

function toOklch([r, g, b]: Rgb): Oklch {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return {
    l: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    c: Math.hypot(a, bb),
    h: Math.atan2(bb, a),
  };
}

function toRgb({ l, c, h }: Oklch): Rgb {
  const [a, b] = [c * Math.cos(h), c * Math.sin(h)];
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ];
}

const isShown = (rgb: Rgb): boolean => rgb.every((part) => part >= -1e-4 && part <= 1.0001);

/** What a screen can show of it: as light, and as strong as goes. */
function hexOf({ l, c, h }: Oklch): string {
  let strength = c;
  while (strength > 0 && !isShown(toRgb({ l, c: strength, h }))) strength -= STEP;
  const rgb = toRgb({ l, c: Math.max(0, strength), h });
  const parts = rgb.map((part) => Math.round(encoded(Math.min(1, Math.max(0, part))) * 255));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** @returns how far apart two colours are for the eye, 1 to 21, as WCAG counts. */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(rgbOf(one)), luminance(rgbOf(other))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/** What text in the accent stands on, beside its own soft shade: the worst of each theme. */
export const GROUNDS = { light: '#f2f3f6', dark: '#262a33' } as const;

interface Theme {
  ground: string;
  ink: string;
  soft: (c: number, h: number) => Oklch;
  /** Which way it goes until it can be read, and under a pointer. */
  way: 1 | -1;
}

function shadesIn({ ground, ink, soft, way }: Theme, { l, c, h }: Oklch): Shades {
  const below = hexOf(soft(c, h));
  const reads = (hex: string): boolean =>
    [ground, ink, below].every((other) => contrast(hex, other) >= CONTRAST_MIN);
  let lightness = l;
  while (!reads(hexOf({ l: lightness, c, h })) && lightness > 0 && lightness < 1) {
    lightness += way * STEP;
  }
  return {
    accent: hexOf({ l: lightness, c, h }),
    hover: hexOf({ l: Math.min(0.98, Math.max(0.05, lightness + way * 0.05)), c, h }),
    ink,
    soft: below,
  };
}

/** @param hex '#3451b2'. @returns what the portal shows of it in each theme. */
export function shadesOf(hex: string): { light: Shades; dark: Shades } {
  const asked = toOklch(rgbOf(hex));
  return {
    light: shadesIn(
      {
        ground: GROUNDS.light,
        ink: '#ffffff',
        soft: (c, h) => ({ l: 0.955, c: Math.min(c, 0.022), h }),
        way: -1,
      },
      { ...asked, l: Math.min(asked.l, 0.62) },
    ),
    dark: shadesIn(
      {
        ground: GROUNDS.dark,
        ink: '#0d1018',
        soft: (c, h) => ({ l: 0.29, c: Math.min(c, 0.06), h }),
        way: 1,
      },
      { ...asked, l: Math.max(asked.l, 0.6) },
    ),
  };
}

const PARTS = ['accent', 'hover', 'ink', 'soft'] as const;

/** Colours the page from now on; null: as it is by itself. */
export function applyAccent(hex: string | null): void {
  const { style } = document.documentElement;
  const shades = hex === null ? undefined : shadesOf(hex);
  for (const theme of ['light', 'dark'] as const) {
    for (const part of PARTS) {
      const name = `--brand-${theme}-${part}`;
      if (shades === undefined) style.removeProperty(name);
      else style.setProperty(name, shades[theme][part]);
    }
  }
}
