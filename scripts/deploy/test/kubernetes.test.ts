import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DRAIN_MS } from '../../../gateway/src/node/gateway.ts';
import { ROOT } from '../../start/config.ts';
import { environmentOf, last, readDockerfile } from '../dockerfile.ts';
import { metricsKnown, settingsKnown } from '../knowledge.ts';
import { type Manifest, manifestsIn, nameOf, render } from '../kustomize.ts';
import { type Mapping, merge, type Value } from '../merge.ts';
import { schemaFindings } from './kubernetes-schemas.ts';

const FOLDER = join(ROOT, 'deploy/kubernetes');
const OVERLAYS = ['local', 'production'] as const;
const rendered = Object.fromEntries(
  OVERLAYS.map((name) => [name, render(join(FOLDER, 'overlays', name))]),
) as Record<(typeof OVERLAYS)[number], Manifest[]>;
const job = manifestsIn(join(FOLDER, 'jobs/ship-spool.yaml'));

/** A place in an object: `at(m, 'spec', 'replicas')`. */
function at(value: Value | undefined, ...path: (string | number)[]): Value | undefined {
  return path.reduce<Value | undefined>(
    (inner, step) => (inner as Record<string, Value> | undefined)?.[step],
    value,
  );
}
const ofKind = (manifests: Manifest[], ...kinds: string[]): Manifest[] =>
  manifests.filter(({ kind }) => kinds.includes(kind));
const workloads = (manifests: Manifest[]): Manifest[] =>
  ofKind(manifests, 'Deployment', 'StatefulSet', 'Job');
const podOf = (manifest: Manifest): Mapping => at(manifest, 'spec', 'template', 'spec') as Mapping;
const containersOf = (manifest: Manifest): Mapping[] =>
  at(podOf(manifest), 'containers') as Mapping[];
const named = (manifests: Manifest[], kind: string, name: string): Manifest => {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found;
};
/** Images of ours, by the last word of their name. */
const partOf = (image: string): 'gateway' | 'billing-core' | 'web' | undefined =>
  (['gateway', 'billing-core', 'web'] as const).find((part) =>
    new RegExp(`tollgate[/-]${part}([:@]|$)`).test(image),
  );

describe.each(OVERLAYS)('the overlay %s', (overlay) => {
  const manifests = [...rendered[overlay], ...job];

  test('fits the schemas of Kubernetes and of what it adds', async () => {
    const found = await Promise.all(manifests.map(schemaFindings));
    expect(found.flat()).toEqual([]);
  });

  test('is in one namespace, which enforces restricted pods', () => {
    const outside = manifests.filter(
      ({ kind, metadata }) => kind !== 'Namespace' && metadata['namespace'] !== 'tollgate',
    );
    expect(outside.map(nameOf)).toEqual([]);
    const labels = named(manifests, 'Namespace', 'tollgate').metadata['labels'] as Mapping;
    expect(labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
  });

  test.each(workloads([...rendered[overlay], ...job]).map((each) => [nameOf(each), each] as const))(
    '%s may do nothing that it need not',
    (_, workload) => {
      const pod = podOf(workload);
      expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
      expect(pod['securityContext']).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      const account = named(manifests, 'ServiceAccount', pod['serviceAccountName'] as string);
      expect(account['automountServiceAccountToken']).toBe(false);
      for (const container of containersOf(workload)) {
        expect(container['securityContext']).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        for (const of of ['requests', 'limits']) {
          expect(at(container, 'resources', of, 'cpu'), of).toBeDefined();
          expect(at(container, 'resources', of, 'memory'), of).toBeDefined();
        }
      }
      for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod[field]).toBeUndefined();
      const volumes = (pod['volumes'] ?? []) as Mapping[];
      expect(volumes.filter((volume) => 'hostPath' in volume)).toEqual([]);
    },
  );

  test('has a probe and a pause before the end for all that serves', () => {
    for (const workload of ofKind(rendered[overlay], 'Deployment', 'StatefulSet')) {
      const [container] = containersOf(workload);
      expect(container, nameOf(workload)).toMatchObject({ readinessProbe: {}, livenessProbe: {} });
      if (workload.metadata.name === 'postgres') continue;
      expect(at(container, 'lifecycle', 'preStop', 'sleep', 'seconds')).toBe(5);
    }
  });

  test('tells programs what they know, from what is there, on ports of their images', () => {
    for (const workload of workloads(manifests)) {
      for (const container of containersOf(workload)) {
        const part = partOf(container['image'] as string);
        if (!part) continue;
        const known = settingsKnown(ROOT, part).add('POD_IP');
        const said = ((container['env'] ?? []) as Mapping[]).map(({ name }) => name as string);
        const maps = ((container['envFrom'] ?? []) as Mapping[]).map((from) =>
          named(manifests, 'ConfigMap', at(from, 'configMapRef', 'name') as string),
        );
        said.push(...maps.flatMap((map) => Object.keys(map['data'] as Mapping)));
        expect(said.filter((name) => !known.has(name))).toEqual([]);
        const stage = readDockerfile(join(ROOT, `deploy/docker/${part}.Dockerfile`)).at(-1)!;
        const ports = ((container['ports'] ?? []) as Mapping[]).map((port) =>
          String(port['containerPort']),
        );
        expect(last(stage, 'EXPOSE')?.split(' ')).toEqual(expect.arrayContaining(ports));
        if (part === 'gateway') {
          const spool = environmentOf(stage)['SPOOL_DIR'];
          const mounts = (container['volumeMounts'] as Mapping[]).map((m) => m['mountPath']);
          expect(mounts).toContain(spool);
          expect(container['env']).toContainEqual({ name: 'SPOOL_DIR', value: spool });
        }
      }
    }
  });

  test('has secrets by reference alone, and refers to what somebody makes', () => {
    const made = new Set([
      ...ofKind(manifests, 'Secret').map(({ metadata }) => metadata.name),
      ...ofKind(manifests, 'ExternalSecret').map((each) => at(each, 'spec', 'target', 'name')),
      // By hand, once billing-core runs: docs/deploy/kubernetes.md.
      'gateway',
    ]);
    const refs = workloads(manifests)
      .flatMap(containersOf)
      .flatMap((container) => (container['env'] ?? []) as Mapping[])
      .map((env) => at(env, 'valueFrom', 'secretKeyRef') as Mapping | undefined)
      .filter((ref) => ref !== undefined);
    expect(refs.length).toBeGreaterThan(4);
    const missing = refs.filter(
      (ref) => ref['optional'] !== true && !made.has(ref['name'] as string),
    );
    expect(missing).toEqual([]);
    if (overlay === 'production') expect(ofKind(manifests, 'Secret')).toEqual([]);
  });

  test('selects pods that there are, by every service, budget, policy and route', () => {
    const pods = workloads(manifests).map(
      (each) => at(each, 'spec', 'template', 'metadata', 'labels') as Record<string, string>,
    );
    const matches = (labels: Mapping): boolean =>
      pods.some((pod) => Object.entries(labels).every(([key, value]) => pod[key] === value));
    for (const service of ofKind(manifests, 'Service')) {
      expect(matches(at(service, 'spec', 'selector') as Mapping), nameOf(service)).toBe(true);
    }
    for (const each of ofKind(manifests, 'PodDisruptionBudget', 'NetworkPolicy')) {
      const selector = (at(each, 'spec', 'selector') ?? at(each, 'spec', 'podSelector')) as Mapping;
      const { matchLabels = {} } = selector as { matchLabels?: Mapping };
      expect(matches(matchLabels), nameOf(each)).toBe(true);
    }
    const services = ofKind(manifests, 'Service').map(({ metadata }) => metadata.name);
    const backends = JSON.stringify(ofKind(manifests, 'Ingress', 'HTTPRoute'))
      .matchAll(/"(?:service|backendRefs)":\[?\{"name":"([\w-]+)"/g)
      .map(([, name = '']) => name)
      .toArray();
    expect(backends.length).toBe(2);
    expect(backends.filter((name) => !services.includes(name))).toEqual([]);
  });

  test('lets nothing talk to anything but what is said', () => {
    const policies = ofKind(manifests, 'NetworkPolicy');
    expect(named(policies, 'NetworkPolicy', 'default-deny')['spec']).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
    // Nobody but the cores and Prometheus reaches a private port.
    const toPrivate = policies.filter((each) =>
      JSON.stringify(at(each, 'spec', 'ingress') ?? []).includes('9090'),
    );
    expect(toPrivate.map(({ metadata }) => metadata.name)).toEqual(['metrics', 'billing-core']);
    const open = policies.filter((each) =>
      ((at(each, 'spec', 'ingress') ?? []) as Mapping[]).some((rule) => !('from' in rule)),
    );
    expect(open.map(({ metadata }) => metadata.name)).toEqual(['gateway', 'web']);
  });
});

describe('gateways', () => {
  const { production } = rendered;
  const gateway = named(production, 'StatefulSet', 'gateway');

  test('have the time to drain, record and ship before they are killed', () => {
    const text = readFileSync(join(ROOT, 'gateway/src/node/gateway.ts'), 'utf8');
    const msOf = (name: string): number =>
      Number(new RegExp(`${name} = ([\\d_]+)`).exec(text)?.[1]?.replaceAll('_', ''));
    const own = msOf('DRAIN_MS') + msOf('RECORD_GRACE_MS') + msOf('LAST_SYNC_MS');
    expect(own).toBeGreaterThan(DRAIN_MS);
    const pause = 5_000;
    const given = (podOf(gateway)['terminationGracePeriodSeconds'] as number) * 1_000;
    expect(given).toBeGreaterThanOrEqual(pause + own + 10_000);
  });

  test('keep their volumes when they become fewer, and are as many as the autoscaler says', () => {
    expect(at(gateway, 'spec', 'persistentVolumeClaimRetentionPolicy')).toEqual({
      whenScaled: 'Retain',
      whenDeleted: 'Retain',
    });
    expect(at(gateway, 'spec', 'replicas')).toBeUndefined();
    const scaler = named(production, 'HorizontalPodAutoscaler', 'gateway');
    expect(at(scaler, 'spec', 'minReplicas')).toBeGreaterThanOrEqual(2);
    expect(at(scaler, 'spec', 'scaleTargetRef')).toMatchObject({ kind: 'StatefulSet' });
    const metric = at(scaler, 'spec', 'metrics', 1, 'pods', 'metric', 'name') as string;
    expect(metricsKnown(ROOT)).toContain(metric);
  });

  test('are spread, and one at a time may be taken away', () => {
    const spread = podOf(gateway)['topologySpreadConstraints'] as Mapping[];
    expect(spread.map(({ topologyKey }) => topologyKey)).toEqual([
      'topology.kubernetes.io/zone',
      'kubernetes.io/hostname',
    ]);
    const budget = named(production, 'PodDisruptionBudget', 'gateway');
    expect(at(budget, 'spec', 'maxUnavailable')).toBe(1);
  });

  test('are none of a job that ships a spool: it gets no requests', () => {
    const labels = at(job[0], 'spec', 'template', 'metadata', 'labels') as Mapping;
    const selector = at(named(production, 'Service', 'gateway'), 'spec', 'selector') as Mapping;
    const matches = Object.entries(selector).every(([key, value]) => labels[key] === value);
    expect(matches).toBe(false);
    // But the policy that lets gateways talk to billing-core is for it, too.
    const policy = named(production, 'NetworkPolicy', 'gateway');
    const forIt = at(policy, 'spec', 'podSelector', 'matchLabels') as Mapping;
    expect(Object.entries(forIt).every(([key, value]) => labels[key] === value)).toBe(true);
  });
});

test('a field that a kind does not have, and a value that it can’t have, are seen', async () => {
  const service = named(rendered.production, 'Service', 'gateway');
  const typo = merge(service, { spec: { selektor: { a: 'b' } } }) as Manifest;
  expect(await schemaFindings(typo)).toEqual([
    'Service gateway: there is no field /spec/selektor',
    'Service gateway: there is no field /spec/selektor/a',
  ]);
  const wrong = merge(service, { spec: { ports: [{ port: 'many' }] } }) as Manifest;
  expect((await schemaFindings(wrong))[0]).toContain('port');
});

describe('a strategic merge', () => {
  test('merges named lists by name, replaces others, and removes by null', () => {
    const base = { a: { containers: [{ name: 'x', image: 'i', args: ['1'] }] }, b: 1, c: [1, 2] };
    const patch = {
      a: { containers: [{ name: 'x', args: ['2'] }, { name: 'y' }] },
      b: null,
      c: [3],
    };
    expect(merge(base, patch)).toEqual({
      a: { containers: [{ name: 'x', image: 'i', args: ['2'] }, { name: 'y' }] },
      c: [3],
    });
  });
});
