import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { routePatch } from '../billing-core/src/contract/route.ts';
import { ROOT } from './start/config.ts';

const DOCS = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const scripts: Record<string, string> = JSON.parse(textOf('package.json')).scripts;

test.each(DOCS)('%s links only to what is there', (path) => {
  const links = [...textOf(path).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)];
  const missing = links
    .map(([, link = '']) => link)
    .filter((link) => !existsSync(join(ROOT, dirname(path), link)));
  expect(missing).toEqual([]);
});

test.each(DOCS)('%s names only files that are there', (path) => {
  const named = [...textOf(path).matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|sql|json))`/g)];
  const roots = ['', 'gateway/src/', 'billing-core/src/', 'billing-core/', 'gateway/'];
  const missing = named
    .map(([, file = '']) => file)
    .filter((file) => !file.startsWith('.tollgate/'))
    .filter((file) => !roots.some((root) => existsSync(join(ROOT, root, file))));
  expect(missing).toEqual([]);
});

test.each(DOCS)('%s names only commands that exist', (path) => {
  const commands = [...textOf(path).matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
  expect(commands.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('docs/sync.md names only tests that there are', () => {
  const text = textOf('docs/sync.md');
  const files = [
    ...['sync', 'bad-batches', 'dead-letters'].map(
      (n) => `billing-core/src/sync/test/${n}.test.ts`,
    ),
    ...['shipper', 'reborn'].map((name) => `gateway/src/node/test/${name}.test.ts`),
    'billing-core/test/usage/fold.test.ts',
  ].map(textOf);
  const named = [...text.matchAll(/(?<=[\s|])_([^_`|]+)_(?=[\s,;|])/g)].map(
    ([, name = '']) => name,
  );
  const words = named.map((name) => name.replaceAll('…', '').trim());
  expect(words.length).toBeGreaterThan(20);
  expect(words.filter((name) => !files.some((file) => file.includes(name)))).toEqual([]);
});

const SHORT: Record<string, string> = {
  'spool/': 'gateway/src/node/spool/test/',
  'node/': 'gateway/src/node/test/',
  'faults/': 'scripts/faults/',
  'sync/': 'billing-core/src/sync/test/',
  'gateway/': 'gateway/test/',
};

test('docs/spool.md names a test for each sentence, and only tests that there are', () => {
  const rows = textOf('docs/spool.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (sentence|-)/.test(line));
  expect(rows.length).toBeGreaterThan(25);
  const missing = rows.flatMap((row) => {
    const [, proofs = ''] = row.split(/ \| `(?=[a-z]+\/)/);
    const parts = proofs.replace(/ *\|$/, '').split('; `');
    return parts.flatMap((part) => {
      const [file = '', tests = ''] = part.split('`: _');
      const [folder = '', name = ''] = file.split('/');
      const text = textOf(`${SHORT[`${folder}/`]}${name}.test.ts`);
      const named = tests.replace(/_$/, '').split('_, _');
      return named.filter((test) => !text.includes(test)).map((test) => `${file}: ${test}`);
    });
  });
  expect(missing).toEqual([]);
});

const examples = [...textOf('docs/routes.md').matchAll(/```json\n([^]*?)```/g)];
test.each(examples.map(([, json = '']) => json))(
  'the API takes the example of a route %s',
  (json) => {
    expect(routePatch.safeParse(JSON.parse(json)).error).toBe(undefined);
  },
);
