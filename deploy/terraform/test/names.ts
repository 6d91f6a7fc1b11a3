// Writes the attribute names of the resources in use:
//   node deploy/terraform/test/names.ts AWS LINODE
// AWS is an unpacked @cdktf/provider-aws 21.22.1 (its types, of hashicorp/aws 6.25.0), LINODE a
// copy of docs/ of linode/terraform-provider-linode at v3.13.0. The packages are 300 MB unpacked,
// so the names are checked in.
import { readFileSync, writeFileSync } from 'node:fs';

const USED: Record<string, string[]> = JSON.parse(
  readFileSync(new URL('used.json', import.meta.url), 'utf8'),
);
const [aws = '', linode = ''] = process.argv.slice(2);
const snake = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function namesOfAws(address: string): string[] {
  const [kind, type = ''] = address.split('.');
  const folder = type.replace('aws_', '').replaceAll('_', '-');
  const path = `${aws}/lib/${kind === 'data' ? `data-aws-${folder}` : folder}/index.d.ts`;
  const text = readFileSync(path, 'utf8');
  const inputs = [...text.matchAll(/\/docs\/\S+#(\w+) \w+#\w+\}/g)].map(([, name = '']) => name);
  const computed = [...text.matchAll(/^ {4}get (\w+)\(/gm)].map(([, name = '']) => snake(name));
  return [...inputs, ...computed.filter((name) => !name.endsWith('_input'))];
}

function namesOfLinode(address: string): string[] {
  const [kind, type = ''] = address.split('.');
  const folder = kind === 'data' ? 'data-sources' : 'resources';
  const path = `${linode}/${folder}/${type.replace('linode_', '')}.md`;
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/^ *\* \[?`(\w+)`/gm)].map(([, name = '']) => name);
}

for (const [provider, namesOf] of Object.entries({ aws: namesOfAws, linode: namesOfLinode })) {
  const names = USED[provider]?.map((address) => [
    address,
    [...new Set(namesOf(address))].toSorted().join(' '),
  ]);
  const path = new URL(`names-${provider}.json`, import.meta.url);
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(names ?? []), null, 2)}\n`);
}
