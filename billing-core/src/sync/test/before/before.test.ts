import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { changesAnswer, keyFact, routesSnapshot } from '../../../contract/facts.ts';
import { syncAnswer, syncEnvelope } from '../../../contract/sync.ts';
import { coverFindings, type Schema } from './covers.ts';

// Gateways and cores one version apart. The file has what the released version said; with the next
// release it is written anew: WRITE_CONTRACT=1 vitest run billing-core/src/sync/test/before; oxfmt

const FILE = new URL('./0.1.0.json', import.meta.url);
const shapes = { syncEnvelope, syncAnswer, keyFact, routesSnapshot, changesAnswer };
type Name = keyof typeof shapes;
const schemaOf = (shape: z.ZodType): Schema => z.toJSONSchema(shape, { io: 'input' }) as Schema;
const today = Object.fromEntries(
  Object.entries(shapes).map(([name, shape]) => [name, schemaOf(shape)]),
) as Record<Name, Schema>;

if (process.env['WRITE_CONTRACT']) writeFileSync(FILE, `${JSON.stringify(today, null, 1)}\n`);
const before = JSON.parse(readFileSync(FILE, 'utf8')) as Record<Name, Schema>;
const ANSWERS = ['syncAnswer', 'keyFact', 'routesSnapshot', 'changesAnswer'] as const;

test('a core takes what a gateway of the version before says', () => {
  expect(coverFindings(today.syncEnvelope, before.syncEnvelope)).toEqual([]);
});

test.each(ANSWERS)('a gateway reads the %s of a core of the version before', (name) => {
  expect(coverFindings(today[name], before[name])).toEqual([]);
});

test.each(ANSWERS)('a gateway of the version before reads the %s of a core', (name) => {
  expect(coverFindings(before[name], today[name])).toEqual([]);
});

describe('a change that would break it is seen:', () => {
  const of = (shape: z.ZodType): Schema => schemaOf(shape);
  const base = z.strictObject({ a: z.number().max(9), b: z.enum(['x', 'y']).optional() });
  test.each([
    ['a field that is needed now', base.extend({ c: z.string() }), '/c may be missing'],
    ['a field that is gone', z.strictObject({ a: z.number().max(9) }), '/b is not known'],
    ['a value that is gone', base.extend({ b: z.enum(['x']).optional() }), '/b is one of'],
    ['another type', base.extend({ a: z.string() }), '/a is number'],
    ['a lower bound', base.extend({ a: z.number().max(8) }), '/a maximum'],
    ['null that is not taken any more', base.extend({ a: z.number().max(8).nullable() }), '/a max'],
  ])('%s', (_, shape, problem) => {
    expect(coverFindings(of(shape), of(base))).toEqual([expect.stringContaining(problem)]);
  });

  test.each([
    ['a field that may be missing', base.extend({ c: z.string().optional() })],
    ['one value more', base.extend({ b: z.enum(['x', 'y', 'z']).optional() })],
    ['null as well', base.extend({ a: z.number().max(9).nullable() })],
  ])('but %s breaks nothing', (_, shape) => {
    expect(coverFindings(of(shape), of(base))).toEqual([]);
  });
});
