import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REFUSALS } from '../billing-core/src/contract/refusals.ts';
import { TRACE_VARIABLES } from '../billing-core/src/contract/trace-settings.ts';
import { FAULTS } from '../billing-core/src/kit/fault.ts';
import { FAILURES } from '../gateway/src/core/problem.ts';
import { settingsKnown } from './deploy/knowledge.ts';
import { ROOT } from './start/config.ts';

// The pages that list things, beside the tables of the programs that have these things.

const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const rowsOf = (part: string): string[][] =>
  part
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| --'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .slice(1);
const named = (text: string): string[] =>
  [...text.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name = '']) => name);

describe('docs/errors.md', () => {
  const [, ofGateway = '', ofCore = ''] = textOf('docs/errors.md').split(/^## /m);

  test.each([
    ['the gateway', ofGateway, { ...REFUSALS, ...FAILURES }],
    ['billing-core', ofCore, FAULTS],
  ])('has every code of %s with its status, and no other', (_, part, table) => {
    const told = rowsOf(part).map(([status, code]) => `${status} ${code}`);
    const coded = Object.entries(table).map(([code, [status]]) => `${status} \`${code}\``);
    expect(told.toSorted()).toEqual(coded.toSorted());
  });

  test('says of each what it means, and the way out', () => {
    for (const row of [ofGateway, ofCore].flatMap(rowsOf)) {
      expect(row.length, row[1]).toBe(4);
      for (const cell of row) expect(cell, row[1]).not.toBe('');
    }
  });
});

describe('settings', () => {
  const running = textOf('docs/running.md');
  const sectionOf = (title: string): string =>
    running.split(/^## /m).find((part) => part.startsWith(title)) ?? '';
  const traces = Object.keys(TRACE_VARIABLES);

  test.each([
    ['billing-core', '3. billing-core', 'billing-core'],
    ['the gateway', '4. The gateway', 'gateway'],
    ['the portal', '5. The portal', 'web'],
  ] as const)('of %s are all in docs/running.md', (_, title, part) => {
    const known = [...settingsKnown(ROOT, part)].filter((name) => isSetting(part, name));
    expect(known.length).toBeGreaterThan(3);
    const told = new Set(named(sectionOf(title)));
    expect(known.filter((name) => !told.has(name) && !traces.includes(name))).toEqual([]);
  });

  test('of traces are all in docs/tracing.md, and no others', () => {
    const rows = rowsOf(textOf('docs/tracing.md')).map(([name = '']) => named(name)[0]);
    const settings = rows.filter((name) => name?.startsWith('OTEL_'));
    expect(settings.toSorted()).toEqual(traces.toSorted());
  });

  test('that docs/running.md lists are settings that there are', () => {
    for (const [title, part] of [
      ['3. billing-core', 'billing-core'],
      ['4. The gateway', 'gateway'],
    ] as const) {
      const known = settingsKnown(ROOT, part);
      const rows = rowsOf(
        sectionOf(title)
          .split('\n\n')
          .find((each) => each.includes('| variable')) ?? '',
      );
      const listed = rows.flatMap(([name = '']) => named(name));
      expect(listed.length).toBeGreaterThan(10);
      expect(listed.filter((name) => !known.has(name))).toEqual([]);
    }
  });
});

/** Of what is written in capitals in a config file, what is read from the environment. */
function isSetting(part: 'gateway' | 'billing-core' | 'web', name: string): boolean {
  const file = {
    gateway: 'gateway/src/node',
    'billing-core': 'billing-core/src',
    web: 'web/server',
  }[part];
  const text = textOf(`${file}/config.ts`);
  return new RegExp(`(?:^ +${name}:|env\\.${name}\\b|'${name}'\\])`, 'm').test(text);
}
