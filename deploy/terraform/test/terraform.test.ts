import { parse } from '@cdktf/hcl2json';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { formatFindings } from './format.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDERS = ['aws', 'linode', 'modules/aws', 'modules/linode'];
const ROOTS = ['aws', 'linode'];

type Value = string | number | boolean | null | Value[] | { [name: string]: Value };
type Body = { [name: string]: Value };
/** Blocks by kind and labels, as hcl2json tells them. */
type Blocks = { [label: string]: Body[] };
type Folder = { text: string; files: [name: string, text: string][]; parsed: Body[] };

const json = (path: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const NAMES = { ...json('names-aws.json'), ...json('names-linode.json') };
/** Of Terraform itself, in each resource. */
const META = ['count', 'for_each', 'depends_on', 'lifecycle'];
const SECRET = /password|secret|token|kubeconfig|private_key/;

const folders: Record<string, Folder> = {};
const folder = (name: string): Folder => folders[name]!;

async function read(name: string): Promise<Folder> {
  const files = readdirSync(join(ROOT, name))
    .filter((file) => /\.tf(\.example)?$/.test(file))
    .map((file): [string, string] => [file, readFileSync(join(ROOT, name, file), 'utf8')]);
  const parsed = await Promise.all(files.map(([file, text]) => parse(file, text)));
  return { files, parsed, text: files.map(([, text]) => text).join('\n') };
}

beforeAll(async () => {
  for (const name of FOLDERS) folders[name] = await read(name);
});

function blocks(name: string, kind: string): Blocks {
  return Object.assign({}, ...folder(name).parsed.map((body) => body[kind] ?? {})) as Blocks;
}

const named = (name: string, kind: string): [string, Body][] =>
  Object.entries(blocks(name, kind)).map(([label, [body]]) => [label, body!]);

/** Each resource and data source: its address, such as `data.aws_route53_zone`, and its body. */
function things(name: string): { address: string; label: string; body: Body }[] {
  return ['resource', 'data'].flatMap((kind) =>
    folder(name).parsed.flatMap((file) =>
      Object.entries((file[kind] ?? {}) as Record<string, Blocks>).flatMap(([type, labels]) =>
        Object.entries(labels).map(([label, [body]]) => {
          return { address: `${kind}.${type}`, label, body: body! };
        }),
      ),
    ),
  );
}

// Names of tags and of parameters are of our choosing.
function namesIn(value: Value): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    ['tags', ...META].includes(name) ? [name] : [name, ...namesIn(inner)],
  );
}

describe.each(FOLDERS)('%s', (name) => {
  test('is formatted', () => {
    const found = folder(name).files.flatMap(([file, text]) =>
      formatFindings(text).map((finding) => `${file}:${finding}`),
    );
    expect(found).toEqual([]);
  });

  test('has a type, a description and a check for each variable, and uses each', () => {
    for (const [label, body] of named(name, 'variable')) {
      expect([label, body['type']]).toEqual([label, expect.stringMatching(/^\$\{.+\}$/)]);
      expect([label, body['description']]).toEqual([label, expect.stringMatching(/^.{10,}\.$/)]);
      expect([label, body['validation']]).toEqual([label, expect.anything()]);
      expect(folder(name).text).toMatch(new RegExp(`= .*var\\.${label}\\b`));
    }
    const used = [...folder(name).text.matchAll(/\bvar\.(\w+)/g)].map(([, label = '']) => label);
    const declared = named(name, 'variable').map(([label]) => label);
    expect(used.filter((label) => !declared.includes(label))).toEqual([]);
  });

  test('has no secret as a default or in the text, and says which outputs are secret', () => {
    for (const [label, body] of named(name, 'variable')) {
      if (SECRET.test(label)) expect([label, body['default']]).toEqual([label, undefined]);
    }
    expect(folder(name).text).not.toMatch(/\b\w*(password|secret_string|token)\w* += +"/);
    expect(folder(name).text).not.toMatch(/AKIA[A-Z0-9]{16}|BEGIN [A-Z ]*PRIVATE KEY/);
    for (const [label, body] of named(name, 'output')) {
      expect([label, body['description']]).toEqual([label, expect.stringMatching(/\.$/)]);
      if (!/password|kubeconfig|ca_cert/.test(JSON.stringify(body['value']))) continue;
      expect([label, body['sensitive']]).toEqual([label, true]);
    }
  });

  test('says which versions of Terraform and of providers it was written for', () => {
    const [terraform] = folder(name).parsed.flatMap((file) => {
      const all = (file['terraform'] ?? []) as Body[];
      return all.filter((body) => body['required_version'] !== undefined);
    });
    expect(terraform?.['required_version']).toMatch(/^>= \d+\.\d+\.\d+, < \d+\.\d+\.\d+$/);
    const [providers = {}] = (terraform?.['required_providers'] ?? []) as Body[];
    expect(Object.keys(providers).length).toBe(1);
    for (const provider of Object.values(providers)) {
      expect(provider).toMatchObject({ version: expect.stringMatching(/^~> \d+\.\d+$/) });
    }
  });
});

describe.each(FOLDERS.filter((name) => !ROOTS.includes(name)))('%s', (name) => {
  test('gives resources only what their provider knows', () => {
    const unknown = things(name).flatMap(({ address, label, body }) => {
      const known = [...META, ...(NAMES[address] ?? '').split(' ')];
      const wrong = namesIn(body).filter((each) => !known.includes(each));
      return wrong.map((each) => `${address}.${label}: ${each}`);
    });
    expect(things(name).length).toBeGreaterThan(5);
    expect(unknown).toEqual([]);
  });

  test('reads of resources only what is there and what their provider knows', () => {
    const there = things(name).map(({ address, label }) => `${address}.${label}`);
    const reading = /(data\.)?\b((?:aws|linode)_\w+)\.(\w+)(?:\[[^\]]+\])?(?:\.(\w+))?/g;
    const wrong = [...folder(name).text.matchAll(reading)]
      .filter(([, data, type, label, attribute]) => {
        const address = `${data ?? 'resource.'}${type}`;
        const known = [undefined, ...(NAMES[address] ?? '').split(' ')];
        return !there.includes(`${address}.${label}`) || !known.includes(attribute);
      })
      .map(([text]) => text);
    expect(wrong).toEqual([]);
  });

  test('keeps its database from being destroyed, and from the open network', () => {
    const databases = things(name).filter(({ address }) =>
      /\.(aws_db_instance|linode_database_postgresql_v2)$/.test(address),
    );
    expect(databases.length).toBe(1);
    for (const { body } of databases) {
      expect(body['lifecycle']).toEqual([{ prevent_destroy: true }]);
      const { publicly_accessible, private_network } = body;
      const open = publicly_accessible ?? (private_network as Body)['public_access'];
      expect(open).toBe(false);
    }
  });
});

describe.each(ROOTS)('%s', (name) => {
  test('gives its module what it asks for, and reads what it has', () => {
    for (const [, { source, ...given }] of named(name, 'module')) {
      const module = join(name, String(source));
      const variables = named(module, 'variable');
      const needed = variables.filter(([, body]) => !('default' in body)).map(([label]) => label);
      expect(Object.keys(given)).toEqual(expect.arrayContaining(needed));
      expect(variables.map(([label]) => label)).toEqual(expect.arrayContaining(Object.keys(given)));
      const has = named(module, 'output').map(([label]) => label);
      const read = [...folder(name).text.matchAll(/module\.\w+\.(\w+)/g)].map(([, out]) => out);
      expect(read.toSorted()).toEqual(has.toSorted());
    }
  });
});

test.each([
  ['a crooked =', 'a {\n  b = 1\n  cc = 2\n}\n', ['2: = is out of its column']],
  ['an indent', 'a {\n    b = 1\n}\n', ['2: indent is not 2']],
  ['a tab and a space', 'a {\n  b =\t1 \n}\n', ['2: space at its end', '2: a tab']],
  ['no newline', 'a {}', ['end: one newline after the last block']],
  ['columns apart', 'a {\n  b = 1\n\n  cc = [\n    1,\n  ]\n}\n', []],
])('the format that is asked for sees %s', (_, text, findings) => {
  expect(formatFindings(text)).toEqual(findings);
});
