import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { ROOT } from '../../start/config.ts';
import { type PartName, PARTS } from '../parts.ts';
import { releases } from './releases.ts';

vi.setConfig({ testTimeout: 180_000 });

test.each(Object.keys(PARTS) as PartName[])('the release of %s is programs alone', async (name) => {
  const folder = join(await releases(), name);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  expect(files.filter((file) => /\.(ts|tsx|mts|map)$/.test(file))).toEqual([]);
  const ours = files.filter((file) => !file.includes('node_modules'));
  expect(ours.filter((file) => /\.test\.|(^|\/)test(\/|$)/.test(file))).toEqual([]);
  for (const entry of PARTS[name].entries) expect(ours).toContain(entry.replace(/\.ts$/, '.js'));
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  // billing-core needs these itself.
  const tools = Object.keys(devDependencies).filter((tool) => !['postgres', 'yaml'].includes(tool));
  expect(tools.filter((tool) => existsSync(join(folder, 'node_modules', tool)))).toEqual([]);
});

test('a compiled line is the line of the source, without its types', async () => {
  const path = 'gateway/src/node/main';
  const made = readFileSync(join(await releases(), 'gateway', `${path}.js`), 'utf8').split('\n');
  const source = readFileSync(join(ROOT, `${path}.ts`), 'utf8').split('\n');
  expect(made.length).toBe(source.length);
  const at = source.findIndex((line) => line.startsWith('function stop('));
  expect(source[at]).toContain('reason: string');
  expect(made[at]).toMatch(/^function stop\(reason +\)/);
});
