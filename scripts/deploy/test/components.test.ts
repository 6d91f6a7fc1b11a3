import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../start/config.ts';
import { testFolder } from '../../test/folder.ts';
import { settingsKnown } from '../knowledge.ts';
import { type Manifest, render } from '../kustomize.ts';
import type { Mapping } from '../merge.ts';
import { schemaFindings } from './kubernetes-schemas.ts';

// Components that no overlay of ours has: each is put on the one for production.

const FOLDER = join(ROOT, 'deploy/kubernetes');

function withComponent(name: string): Manifest[] {
  const overlay = join(testFolder('overlay'), name);
  mkdirSync(overlay);
  const to = (path: string): string => relative(overlay, join(FOLDER, path));
  writeFileSync(
    join(overlay, 'kustomization.yaml'),
    `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: tollgate\n` +
      `resources: [${to('overlays/production')}]\ncomponents: [${to(`components/${name}`)}]\n`,
  );
  return render(overlay);
}

test('tracing: programs are told of a collector that they may reach, and of no other', async () => {
  const manifests = withComponent('tracing');
  expect((await Promise.all(manifests.map(schemaFindings))).flat()).toEqual([]);
  const of = (kind: string, name: string): Manifest | undefined =>
    manifests.find((each) => each.kind === kind && each.metadata.name === name);
  const policy = of('NetworkPolicy', 'collector')?.['spec'] as unknown as {
    egress: { to: { namespaceSelector: { matchLabels: Mapping } }[]; ports: { port: number }[] }[];
  };
  const [{ to = [], ports = [] } = {}] = policy.egress;
  const namespace = to[0]?.namespaceSelector.matchLabels['kubernetes.io/metadata.name'];
  for (const part of ['gateway', 'billing-core'] as const) {
    const data = of('ConfigMap', part)?.['data'] as Record<string, string>;
    const known = settingsKnown(ROOT, part);
    expect(Object.keys(data).filter((name) => !known.has(name))).toEqual([]);
    const { hostname, port } = new URL(data['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '');
    expect(hostname.endsWith(`.${namespace}`)).toBe(true);
    expect(ports.map((each) => String(each.port))).toEqual([port]);
  }
});
