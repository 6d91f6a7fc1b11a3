/**
 * QR codes (ISO/IEC 18004): bytes, error correction M, versions 1 to 20. Out: rows of modules, true
 * where it is dark. What apps scan must not leave for a service that draws it.
 */
export type Modules = readonly (readonly boolean[])[];

const VERSION_MAX = 20;
/** Of error correction M, by version: codewords that correct a block, and blocks. */
const CORRECTING = [
  0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
];
const BLOCKS = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
/** M is 0 in the two bits that name it. */
const LEVEL_BITS = 0;

const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const bitOf = (value: number, at: number): boolean => ((value >>> at) & 1) === 1;

/** How many modules hold data and correction. */
function capacityBits(version: number): number {
  const aligned = Math.floor(version / 7) + 2;
  const patterns = version < 2 ? 0 : (25 * aligned - 10) * aligned - 55;
  return (16 * version + 128) * version + 64 - patterns - (version >= 7 ? 36 : 0);
}

const dataBytes = (version: number): number =>
  Math.floor(capacityBits(version) / 8) - (CORRECTING[version] ?? 0) * (BLOCKS[version] ?? 0);

const countBits = (version: number): number => (version < 10 ? 8 : 16);

/** The text as codewords, filled up. Throws on what is too long for version 20. */
function encoded(text: string): { version: number; data: number[] } {
  const bytes = [...new TextEncoder().encode(text)];
  const version = range(VERSION_MAX + 1).find(
    (one) => one > 0 && 4 + countBits(one) + 8 * bytes.length <= 8 * dataBytes(one),
  );
  if (version === undefined) throw new Error('too long for a QR code');
  const bits: boolean[] = [];
  const push = (value: number, length: number): void => {
    for (let at = length - 1; at >= 0; at--) bits.push(bitOf(value, at));
  };
  push(0b0100, 4);
  push(bytes.length, countBits(version));
  for (const byte of bytes) push(byte, 8);
  const room = 8 * dataBytes(version);
  push(0, Math.min(4, room - bits.length));
  push(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) push(pad, 8);
  const data = range(bits.length / 8).map((at) =>
    range(8).reduce((byte, bit) => (byte << 1) | Number(bits[8 * at + bit] === true), 0),
  );
  return { version, data };
}

/** Product in the field of 256 elements. */
function times(one: number, other: number): number {
  let product = 0;
  for (let at = 7; at >= 0; at--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    if (bitOf(other, at)) product ^= one;
  }
  return product;
}

function divisorOf(degree: number): number[] {
  const divisor: number[] = range(degree).map((at) => (at === degree - 1 ? 1 : 0));
  let root = 1;
  for (let round = 0; round < degree; round++) {
    for (let at = 0; at < degree; at++) {
      divisor[at] = times(divisor[at] ?? 0, root) ^ (divisor[at + 1] ?? 0);
    }
    root = times(root, 2);
  }
  return divisor;
}

function remainderOf(data: readonly number[], divisor: readonly number[]): number[] {
  const rest = divisor.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ (rest.shift() ?? 0);
    rest.push(0);
    for (const [at, one] of divisor.entries()) rest[at] = (rest[at] ?? 0) ^ times(one, factor);
  }
  return rest;
}

/** Codewords of all blocks with what corrects them, one of each block after the other. */
function interleaved(version: number, data: readonly number[]): number[] {
  const [correcting, count] = [CORRECTING[version] ?? 0, BLOCKS[version] ?? 0];
  const raw = Math.floor(capacityBits(version) / 8);
  const long = raw % count;
  const divisor = divisorOf(correcting);
  let from = 0;
  const blocks = range(count).map((at) => {
    const length = Math.floor(raw / count) - correcting + (at < count - long ? 0 : 1);
    const block = data.slice(from, from + length);
    from += length;
    return { block, correction: remainderOf(block, divisor) };
  });
  const longest = Math.max(...blocks.map(({ block }) => block.length));
  return [
    ...range(longest).flatMap((at) => blocks.flatMap(({ block }) => block[at] ?? [])),
    ...range(correcting).flatMap((at) => blocks.flatMap(({ correction }) => correction[at] ?? [])),
  ];
}

/** Where alignment patterns stand, in both directions. */
function alignedAt(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  const last = version * 4 + 10;
  return [6, ...range(count - 1).map((at) => last - (count - 2 - at) * step)];
}

/** A grid under construction: what is dark, and what is not for data. */
class Grid {
  readonly size: number;
  readonly dark: boolean[][];
  readonly fixed: boolean[][];

  constructor(version: number) {
    this.size = version * 4 + 17;
    this.dark = range(this.size).map(() => range(this.size).map(() => false));
    this.fixed = range(this.size).map(() => range(this.size).map(() => false));
  }

  isDark(x: number, y: number): boolean {
    return this.dark[y]?.[x] === true;
  }

  isFixed(x: number, y: number): boolean {
    return this.fixed[y]?.[x] === true;
  }

  set(x: number, y: number, dark: boolean): void {
    const row = this.dark[y];
    if (row?.[x] !== undefined) row[x] = dark;
  }

  fix(x: number, y: number, dark: boolean): void {
    this.set(x, y, dark);
    const row = this.fixed[y];
    if (row?.[x] !== undefined) row[x] = true;
  }
}

function drawFinder(grid: Grid, x: number, y: number): void {
  for (let dy = -4; dy <= 4; dy++) {
    for (let dx = -4; dx <= 4; dx++) {
      const far = Math.max(Math.abs(dx), Math.abs(dy));
      grid.fix(x + dx, y + dy, far !== 2 && far !== 4);
    }
  }
}

function drawPatterns(grid: Grid, version: number): void {
  const { size } = grid;
  for (const at of range(size)) {
    grid.fix(6, at, at % 2 === 0);
    grid.fix(at, 6, at % 2 === 0);
  }
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    drawFinder(grid, x, y);
  const places = alignedAt(version);
  const last = places.at(-1) ?? 0;
  for (const x of places) {
    for (const y of places) {
      const isFinder = (x === 6 && (y === 6 || y === last)) || (x === last && y === 6);
      if (isFinder) continue;
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) {
          grid.fix(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
        }
      }
    }
  }
}

/** The remainder that makes a code of these bits. */
function checked(value: number, generator: number, length: number): number {
  let rest = value;
  const top = 31 - Math.clz32(generator);
  for (let round = 0; round < length; round++) {
    rest = (rest << 1) ^ (((rest >>> (top - 1)) & 1) * generator);
  }
  return (value << length) | rest;
}

function drawFormat(grid: Grid, mask: number): void {
  const { size } = grid;
  const bits = checked((LEVEL_BITS << 3) | mask, 0x537, 10) ^ 0x5412;
  for (const at of range(6)) grid.fix(8, at, bitOf(bits, at));
  grid.fix(8, 7, bitOf(bits, 6));
  grid.fix(8, 8, bitOf(bits, 7));
  grid.fix(7, 8, bitOf(bits, 8));
  for (let at = 9; at < 15; at++) grid.fix(14 - at, 8, bitOf(bits, at));
  for (const at of range(8)) grid.fix(size - 1 - at, 8, bitOf(bits, at));
  for (let at = 8; at < 15; at++) grid.fix(8, size - 15 + at, bitOf(bits, at));
  grid.fix(8, size - 8, true);
}

function drawVersion(grid: Grid, version: number): void {
  if (version < 7) return;
  const bits = checked(version, 0x1f25, 12);
  for (const at of range(18)) {
    const [far, near] = [grid.size - 11 + (at % 3), Math.floor(at / 3)];
    grid.fix(far, near, bitOf(bits, at));
    grid.fix(near, far, bitOf(bits, at));
  }
}

/** Each place for data, in its order: two columns up, two down, from the right. */
function* placesOf(grid: Grid): Generator<readonly [number, number]> {
  const { size } = grid;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const up = ((right + 1) & 2) === 0;
    for (const step of range(size)) {
      const y = up ? size - 1 - step : step;
      for (const x of [right, right - 1]) if (!grid.isFixed(x, y)) yield [x, y];
    }
  }
}

/** One mask of the eight: any may be used, and this one leaves no large areas of one colour. */
const MASK = 2;
const isMasked = (x: number): boolean => x % 3 === 0;

/** @returns the modules of a text, without the quiet zone of four around them. */
export function qrModules(text: string): Modules {
  const { version, data } = encoded(text);
  const grid = new Grid(version);
  drawPatterns(grid, version);
  drawFormat(grid, MASK);
  drawVersion(grid, version);
  const words = interleaved(version, data);
  let at = 0;
  for (const [x, y] of placesOf(grid)) {
    const dark = at < words.length * 8 && bitOf(words[at >>> 3] ?? 0, 7 - (at & 7));
    grid.set(x, y, dark !== isMasked(x));
    at += 1;
  }
  return grid.dark;
}
