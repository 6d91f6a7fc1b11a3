import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { floatFindings } from './tidy/floats.ts';
import { importFindings, MODULE_ORDER } from './tidy/imports.ts';
import { reachFindings } from './tidy/reach.ts';
import { folderFindings, shapeFindings } from './tidy/shape.ts';
import { type Finding, pathsIn, readSources, sourceOf } from './tidy/source.ts';
import { TABLE_WRITERS, tableFindings, tablesMade, tablesWritten } from './tidy/tables.ts';
import { wordFindings } from './tidy/words.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const paths = pathsIn(ROOT);
const sources = readSources(ROOT, paths);
const textOf = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const tables = paths
  .filter((path) => /^billing-core\/migrations\/.*\.sql$/.test(path))
  .flatMap((path) => tablesMade(textOf(path)));

const told = (findings: Finding[]): string[] =>
  findings.map(({ path, line, problem }) => `${path}:${line} ${problem}`);

describe('the project', () => {
  test('imports only what lies left of it, and no host from the pure core', () => {
    expect(told(importFindings(sources))).toEqual([]);
  });

  test('has files, functions, lines and folders of a size that one can take in', () => {
    expect(told(shapeFindings(sources))).toEqual([]);
  });

  test('has a short README in each module and no empty folder', () => {
    const linesOf = (path: string): number => textOf(path).trimEnd().split('\n').length;
    expect(told(folderFindings(paths, linesOf))).toEqual([]);
  });

  test('numbers its migrations one after the other', () => {
    const numbers = paths
      .map((path) => /^billing-core\/migrations\/(\d{4})_/.exec(path)?.[1])
      .filter((number) => number !== undefined);
    expect(numbers.toSorted()).toEqual(numbers.map((_, at) => String(at + 1).padStart(4, '0')));
  });

  test('takes time, chance and settings as arguments, and has no any and no barrels', () => {
    expect(told(wordFindings(sources))).toEqual([]);
  });

  test('has no float where amounts are computed', () => {
    expect(told(floatFindings(sources))).toEqual([]);
  });

  test('has one writer per table', () => {
    expect(told(tableFindings(sources, tables))).toEqual([]);
    expect(Object.keys(TABLE_WRITERS).filter((table) => !tables.includes(table))).toEqual([
      'schema_migrations',
    ]);
  });

  test('has no dead files', () => {
    const naming = [
      'package.json',
      'web/package.json',
      'web/index.html',
      '.ci/run',
      'vitest.config.ts',
    ];
    expect(told(reachFindings(sources, naming.map(textOf)))).toEqual([]);
  });
});

describe('a rule fails on', () => {
  const problems =
    (rule: (sources: ReturnType<typeof sourceOf>[]) => Finding[]) =>
    (path: string, text: string): string[] =>
      rule([sourceOf(path, text)]).map(({ problem }) => problem);

  test.each([
    ['billing-core/src/catalog/http.ts', "import '../usage/store.ts'", 'not left of it'],
    ['billing-core/src/catalog/http.ts', "import type { A } from '../usage/store.ts'", 'not left'],
    ['billing-core/src/catalog/http.ts', "import '../app.ts'", 'puts modules together'],
    ['billing-core/src/kit/http.ts', "import '../auth/model.ts'", 'kit imports only'],
    ['billing-core/src/contract/key.ts', "import '../kit/id.ts'", 'contract imports nothing'],
    ['billing-core/src/novel/http.ts', "import '../auth/model.ts'", 'not in the order'],
    ['gateway/src/core/rate.ts', "import { Hono } from 'hono'", 'is pure'],
    ['gateway/src/core/rate.ts', "const fs = await import('node:fs')", 'is pure'],
    ['gateway/src/core/rate.ts', "import '../node/clock.ts'", 'must not import gateway/src/node'],
    ['gateway/src/app.ts', "import '../../billing-core/src/kit/id.ts'", 'only the contract'],
    ['web/src/kit/a.ts', "import { a } from '@tollgate/billing-core/contract/a.ts'", 'only types'],
    ['web/src/portal/a.ts', "import '../admin/b.ts'", 'portal must not import admin'],
    ['web/src/admin/a.ts', "export { b } from '../portal/b.ts'", 'admin must not import portal'],
    ['stripe-sim/src/wire/a.ts', "import '../objects/b.ts'", 'not left of it'],
    ['stripe-sim/src/wire/a.ts', "import '../../../billing-core/src/kit/id.ts'", 'nothing else'],
    ['web/server/a.ts', "import '@tollgate/stripe-sim/src/sim.ts'", 'tests only'],
  ])('%s with %s', (path, text, problem) => {
    expect(problems(importFindings)(path, text)).toEqual([expect.stringContaining(problem)]);
  });

  test.each([
    ['web/src/kit/a.ts', "import type { A } from '@tollgate/billing-core/contract/a.ts'"],
    ['billing-core/src/usage/http.ts', "import '../catalog/store.ts'; import '../kit/id.ts'"],
    ['gateway/src/core/rate.ts', "import './till.ts'"],
  ])('but not %s with %s', (path, text) => {
    expect(problems(importFindings)(path, text)).toEqual([]);
  });

  const lines = (count: number): string => 'x();\n'.repeat(count);
  test.each([
    ['gateway/src/a.ts', lines(301), 'has 301 lines'],
    ['gateway/src/a.ts', `function long() {\n${lines(69)}}`, 'long has 71 lines'],
    ['gateway/src/a.ts', `const long = () => {\n${lines(69)}}`, 'long has 71 lines'],
    ['gateway/src/a.ts', `// ${'x'.repeat(98)}`, 'has 101 columns'],
    ['gateway/src/a/b/c/d/e.ts', '', 'lies 4 folders'],
    ['gateway/src/usage-helpers.ts', '', 'says nothing'],
    ['gateway/src/utils.ts', '', 'says nothing'],
    ['gateway/src/common/a.ts', '', 'says nothing'],
  ])('%s that is too long, too deep or vague (%#)', (path, text, problem) => {
    expect(problems(shapeFindings)(path, text)).toEqual([expect.stringContaining(problem)]);
  });

  test('an empty folder, a missing README and a long one', () => {
    const found = folderFindings(
      [
        'web/src/kit/',
        'web/src/kit/a.ts',
        'web/src/void/',
        'gateway/src/core/',
        'gateway/src/core/README.md',
      ],
      () => 26,
    );
    expect(told(found)).toEqual([
      'web/src/void/:1 is an empty folder',
      'web/src/kit/:1 has no README.md',
      'gateway/src/core/README.md:26 has 26 lines, over 25',
    ]);
  });

  test.each([
    ['gateway/src/a.ts', 'const now = Date.now()', 'uses Date.now'],
    ['gateway/src/a.ts', 'const now = new Date()', 'uses new Date()'],
    ['gateway/src/a.ts', 'const chance = Math.random()', 'uses Math.random'],
    ['gateway/src/a.ts', "const home = process.env['HOME']", 'uses process.env'],
    ['gateway/src/config.test.ts', 'let x: any', 'uses any'],
    ['gateway/src/a.ts', 'export default 1', 'has a default export'],
    ['gateway/src/a.ts', "export * from './b.ts'", 'passes on'],
    ['gateway/src/a.ts', "export { b } from './b.ts'", 'passes on'],
  ])('%s with %s', (path, text, problem) => {
    expect(problems(wordFindings)(path, text)).toEqual([expect.stringContaining(problem)]);
  });

  test.each([
    ['const half = 0.5', '0.5'],
    ['const half = one / two', '/'],
    ['let half = 1; half /= two', '/='],
    ['const rest = one % two', '%'],
    ['const square = one ** two', '**'],
    ['const one = Number(text)', 'Number'],
    ['const one = parseFloat(text)', 'parseFloat'],
    ['const one = Math.round(two)', 'Math'],
    ['const one = amount.toNumber()', 'toNumber'],
    ['const one = +text', 'unary +'],
    ['function round(amount: number) {}', 'number'],
  ])('a float in rating: %s', (text, what) => {
    const problem = `is exact and has no ${what}`;
    expect(problems(floatFindings)('billing-core/src/rating/rate.ts', text)).toEqual([problem]);
    expect(problems(floatFindings)('billing-core/src/usage/store.ts', text)).toEqual([]);
  });

  test('a table that another module writes, or that nobody is said to write', () => {
    const usage = sourceOf(
      'billing-core/src/keys/store.ts',
      'sql`update usage_entries set a = ${1}`',
    );
    expect(told(tableFindings([usage], ['usage_entries', 'novel']))).toEqual([
      'scripts/tidy/tables.ts:1 says of no module that it writes novel',
      'billing-core/src/keys/store.ts:1 writes usage_entries, which is for usage to write',
    ]);
    expect(tablesWritten('INSERT INTO a (x) SELECT 1 ON CONFLICT DO UPDATE SET x = 1')).toEqual([
      'a',
    ]);
    expect(tablesWritten('with gone as (delete from b) update c as z set d = 1')).toEqual([
      'b',
      'c',
    ]);
    expect(tablesWritten('select 1 from d for update of d')).toEqual([]);
  });

  test('a file that nothing leads to, however many files lead to each other', () => {
    const found = reachFindings(
      [
        sourceOf('gateway/src/main.ts', "import './live.ts'; start('gateway/src/child.ts')"),
        sourceOf('gateway/src/live.ts', ''),
        sourceOf('gateway/src/child.ts', ''),
        sourceOf('gateway/src/one.ts', "import './other.ts'"),
        sourceOf('gateway/src/other.ts', "import './one.ts'"),
      ],
      [],
    );
    expect(found.map(({ path }) => path)).toEqual(['gateway/src/one.ts', 'gateway/src/other.ts']);
  });

  test('the order of modules names each once', () => {
    expect(new Set(MODULE_ORDER).size).toBe(MODULE_ORDER.length);
  });
});
