import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Shop } from '../gateway/test/cores/shop.ts';
import { Collector } from '../gateway/test/traces/collector.ts';
import { ROOT } from './start/config.ts';
import { testDatabase, type TestDatabase } from './test/database.ts';

// docs/metrics.md beside what both programs say, running, of all that they can say.

const TEST_MS = 180_000;
const UNITS = ['seconds', 'bytes', 'days'];

type Metric = { type: string; labels: Set<string> };
type Told = Metric & { name: string; unit: string };

/** In: the text of a scrape. */
function scraped(text: string): Map<string, Metric> {
  const metrics = new Map<string, Metric>();
  for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (\w+) (\w+)$/gm)) {
    metrics.set(name, { type, labels: new Set() });
  }
  for (const [, sample = '', labels = ''] of text.matchAll(/^([a-z]\w*)\{(.*)\} /gm)) {
    const metric = metrics.get(sample) ?? metrics.get(sample.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label = ''] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) {
      if (label !== 'le') metric?.labels.add(label);
    }
  }
  return metrics;
}

const [, ofGateway = '', ofCore = '', ofTraces = '', ofNode = ''] = readFileSync(
  join(ROOT, 'docs/metrics.md'),
  'utf8',
).split(/^## /m);

const rowsOf = (part: string): Told[] =>
  part
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [name = '', type = '', unit = '', labels = ''] = line
        .split('|')
        .slice(1)
        .map((cell) => cell.trim());
      const named = [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label);
      return { name: name.replaceAll('`', ''), type, unit, labels: new Set(named) };
    });

let database: TestDatabase;
let shop: Shop;
let collector: Collector;
const seen: Record<'gateway' | 'core', Map<string, Metric>> = {
  gateway: new Map(),
  core: new Map(),
};

const scrape = async (port: string): Promise<Map<string, Metric>> =>
  scraped(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());

beforeAll(async () => {
  database = await testDatabase();
  collector = await Collector.open();
  const telling = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const stripe = { STRIPE_SECRET_KEY: 'sk_test_none', STRIPE_API_BASE: 'http://127.0.0.1:9' };
  shop = await Shop.open(database.url, () => database.url, { ...telling, ...stripe });
  await shop.sell(1_000);
  await shop.startGateway(0, telling);
  await shop.serve(3);
  await shop.ask(0, 'no key at all');
  // The jobs' tables come with a core's first seconds.
  await vi.waitFor(
    async () => {
      seen.gateway = await scrape(shop.gateways[0]?.privatePort ?? '');
      seen.core = await scrape(shop.corePrivatePort);
      if (seen.core.get('jobs_open')?.labels.size !== 2) throw new Error('there are no jobs yet');
    },
    { timeout: 60_000, interval: 100 },
  );
}, TEST_MS);

afterAll(async () => {
  await shop.close();
  collector.close();
  await database.drop();
}, TEST_MS);

describe.each([
  ['the gateway', 'gateway', ofGateway],
  ['billing-core', 'core', ofCore],
] as const)('docs/metrics.md on %s', (_, program, part) => {
  const rows = [part, ofTraces, ofNode].flatMap(rowsOf);

  test('has every metric by its type, and no other', () => {
    const told = rows.map(({ name, type }) => `${name} ${type}`);
    const said = [...seen[program]].map(([name, { type }]) => `${name} ${type}`);
    expect(told.toSorted()).toEqual(said.toSorted());
  });

  test('has every label that was seen', () => {
    for (const { name, labels } of rows) {
      const said = [...(seen[program].get(name)?.labels ?? [])];
      expect(
        said.filter((label) => !labels.has(label)),
        name,
      ).toEqual([]);
    }
  });

  test('has the unit that the name says', () => {
    const wrong = rows.filter(({ name, unit }) => {
      const said = UNITS.find((each) => new RegExp(`_${each}(_total)?$`).test(name));
      return said !== undefined && said !== unit;
    });
    expect(wrong).toEqual([]);
  });
});

test('a metric that nobody described, and one that nobody has, would be seen', () => {
  const text = '# TYPE a_b gauge\na_b{x="1",y="2"} 3\n# TYPE c_seconds histogram\n';
  const samples = 'c_seconds_bucket{le="1",z="a"} 0\n';
  expect(scraped(text + samples)).toEqual(
    new Map([
      ['a_b', { type: 'gauge', labels: new Set(['x', 'y']) }],
      ['c_seconds', { type: 'histogram', labels: new Set(['z']) }],
    ]),
  );
  expect(rowsOf('| `a_b` | gauge | days | `x`, `y` | w |')).toMatchObject([
    { name: 'a_b', type: 'gauge', unit: 'days', labels: new Set(['x', 'y']) },
  ]);
});
