import { appendFileSync } from 'node:fs';
import { expect, inject } from 'vitest';
import { ROOT } from './rig/part.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `guard` in `npm test`, `full` in `npm run test:long`. */
    size: 'guard' | 'full';
  }
}

/** Where the figures of a run at full size are gathered; one JSON object a line. */
export const FIGURES = `${ROOT}node_modules/.cache/tollgate/figures.jsonl`;

export const isFull = (): boolean => inject('size') === 'full';

/** A size of a test: small in `npm test`, whole in `npm run test:long`. */
export const sized = <Value>(guard: Value, full: Value): Value => (isFull() ? full : guard);

/** Tells what was seen of the guarantee that the running test is named for. */
export function report(seen: string): void {
  const guarantee = expect.getState().currentTestName ?? '';
  if (isFull()) appendFileSync(FIGURES, `${JSON.stringify({ guarantee, seen })}\n`);
  else console.log(`${guarantee}: ${seen}`);
}

const PATIENCE_MS = { guard: 300_000, full: 1_800_000 };

/** How long a test may take, in ms. */
export const patience = (): number => PATIENCE_MS[inject('size')];
