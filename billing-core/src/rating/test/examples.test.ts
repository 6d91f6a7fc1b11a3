import { describe, expect, test } from 'vitest';
import { exact } from '../decimal.ts';
import { ourCost, type Example } from './examples/example.ts';
import { KILL_BILL } from './examples/kill-bill.ts';
import { LAGO, LAGO_DIFFERENCES, LAGO_TESTS } from './examples/lago.ts';
import { OPENMETER, OPENMETER_DIFFERENCES, OPENMETER_TESTS } from './examples/openmeter.ts';
import { STRIPE } from './examples/stripe.ts';

/** What others publish that something costs, we make the same of, to the cent. */

const DOCUMENTED = { Stripe: STRIPE, Lago: LAGO, OpenMeter: OPENMETER, 'Kill Bill': KILL_BILL };
const TESTED = { Lago: LAGO_TESTS, OpenMeter: OPENMETER_TESTS };
const DIFFERENCES = [...LAGO_DIFFERENCES, ...OPENMETER_DIFFERENCES];

const told = ({ costs }: Example): string => exact(costs).toFixed(2);

describe.each(Object.entries(DOCUMENTED))('as %s documents it', (_vendor, examples) => {
  test.each(examples.map((example) => [example.name, example] as const))('%s', (_, example) => {
    expect(ourCost(example)).toBe(told(example));
  });
});

describe.each(Object.entries(TESTED))('as %s tests it', (_vendor, examples) => {
  test.each(examples.map((example) => [example.name, example] as const))('%s', (_, example) => {
    expect(ourCost(example)).toBe(told(example));
  });
});

test.each(DIFFERENCES)('not as they have it: $name, because $because', (example) => {
  expect(ourCost(example)).toBe(example.ours);
  expect(ourCost(example)).not.toBe(told(example));
});

test('there are at least 60 of documentation, each with its source, none twice', () => {
  const documented = Object.values(DOCUMENTED).flat();
  expect(documented.length).toBeGreaterThanOrEqual(60);
  const all = [...documented, ...Object.values(TESTED).flat(), ...DIFFERENCES];
  expect(all.filter(({ source }) => !URL.canParse(source))).toEqual([]);
  expect(new Set(all.map(({ name, source }) => `${source} ${name}`)).size).toBe(all.length);
});
