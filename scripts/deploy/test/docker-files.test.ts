import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../../start/config.ts';
import { environmentOf, last, readDockerfile } from '../dockerfile.ts';
import { settingsKnown } from '../knowledge.ts';
import { composeFindings } from './compose-schema.ts';

// What Dockerfiles and docker-compose.yml say, without running it.

const FOLDER = 'deploy/docker';
const NAMES = readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith('.Dockerfile'));
const stagesOf = (name: string) => readDockerfile(join(ROOT, FOLDER, name));
const finalOf = (name: string) => stagesOf(name).at(-1)!;

describe.each(NAMES)('%s', (name) => {
  const final = finalOf(name);

  test('is of two stages of slim Node 26, and the last installs nothing', () => {
    const stages = stagesOf(name);
    expect(stages.map(({ from }) => from)).toEqual(['node:26-slim', 'node:26-slim']);
    const commands = final.steps.filter(({ instruction }) => instruction === 'RUN');
    expect(commands.filter(({ rest }) => /(^|&& )(npm|npx|apt)/.test(rest))).toEqual([]);
  });

  test('runs as a user by number, says what it is, how it is, and how it is stopped', () => {
    expect(last(final, 'USER')).toBe('1000:1000');
    expect(last(final, 'LABEL')).toContain('org.opencontainers.image.licenses="Apache-2.0"');
    expect(last(final, 'HEALTHCHECK')).toContain('--start-period=');
    expect(last(final, 'STOPSIGNAL')).toBe('SIGTERM');
    expect(environmentOf(final)['NODE_ENV']).toBe('production');
  });

  test('has no secret in it, and gives its program no setting that it does not know', () => {
    const text = readFileSync(join(ROOT, FOLDER, name), 'utf8');
    expect(text).not.toMatch(/TOKEN|SECRET|PASSWORD|_KEY/);
    const part = name.replace('.Dockerfile', '');
    if (part === 'demo') return;
    const known = settingsKnown(ROOT, part as 'gateway');
    const said = Object.keys(environmentOf(final)).filter((each) => each !== 'NODE_ENV');
    expect(said.filter((each) => !known.has(each))).toEqual([]);
  });

  test('copies what npm ci reads, of every workspace', () => {
    const { workspaces } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const [build] = stagesOf(name);
    const before = build!.steps.slice(
      0,
      build!.steps.findIndex(({ rest }) => rest.startsWith('npm ci')),
    );
    const copied = before.map(({ rest }) => rest.split(' ').slice(0, -1)).flat();
    const needed = ['package.json', 'package-lock.json', 'scripts/repair-driver.ts'];
    for (const each of workspaces as string[]) needed.push(`${each}/package.json`);
    expect(needed.filter((each) => !copied.includes(each))).toEqual([]);
  });
});

test('no secret and no data of this machine gets into a build', () => {
  const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  expect(lines).toEqual(
    expect.arrayContaining(['.git', '.tollgate', '**/node_modules', '**/dist', '**/.env*']),
  );
});

interface Service {
  image: string;
  build?: { dockerfile: string };
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  ports?: string[];
  volumes?: string[];
  environment?: Record<string, string>;
  command?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { disable?: boolean; test?: string[] };
  stop_grace_period?: string;
}

describe('docker-compose.yml', () => {
  const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  const compose = parse(text, { merge: true }) as {
    services: Record<string, Service>;
    volumes: Record<string, unknown>;
  };
  const services = Object.entries(compose.services);
  const ours = services.filter(([, { image }]) => image.startsWith('tollgate/'));
  const dockerfileOf = ({ build }: Service): string => build?.dockerfile.split('/').at(-1) ?? '';

  test('is a compose file', () => {
    expect(composeFindings(compose)).toEqual([]);
    expect(composeFindings({ services: { a: { imag: 'x' } } })).not.toEqual([]);
  });

  test('brings all of the product, two gateways of it', () => {
    expect(services.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        ...['postgres', 'migrate', 'billing-core', 'gateway-1', 'gateway-2', 'web', 'upstream'],
        'stripe-sim',
      ]),
    );
    expect(ours.filter(([, of]) => !existsSync(join(ROOT, of.build?.dockerfile ?? '-')))).toEqual(
      [],
    );
  });

  test('closes every container of ours', () => {
    for (const [name, of] of ours) {
      expect(of, name).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
      expect(of.security_opt, name).toEqual(['no-new-privileges:true']);
      expect(of.user, name).toBe(undefined);
    }
  });

  test('gives programs only settings that they know', () => {
    for (const [name, of] of ours) {
      const part = dockerfileOf(of).replace('.Dockerfile', '');
      if (part === 'demo') continue;
      const known = settingsKnown(ROOT, part as 'gateway');
      expect(
        Object.keys(of.environment ?? {}).filter((each) => !known.has(each)),
        name,
      ).toEqual([]);
    }
  });

  test('publishes ports on which the image listens', () => {
    for (const [name, of] of ours.filter(([, { ports }]) => ports)) {
      const exposed = last(finalOf(dockerfileOf(of)), 'EXPOSE')?.split(' ') ?? [];
      if (of.environment?.['STRIPE_SIM_PORT']) exposed.push(of.environment['STRIPE_SIM_PORT']);
      for (const port of of.ports ?? []) expect(exposed, name).toContain(port.split(':').at(-1));
    }
  });

  test('waits for what is well, or has done its work; and what it waits for can be that', () => {
    for (const [name, of] of services) {
      for (const [other, { condition }] of Object.entries(of.depends_on ?? {})) {
        const awaited = compose.services[other];
        expect(awaited, `${name} waits for ${other}`).toBeDefined();
        const ends = awaited?.healthcheck?.disable === true;
        expect(condition, `${name} waits for ${other}`).toBe(
          ends ? 'service_completed_successfully' : 'service_healthy',
        );
      }
    }
  });

  test('has a volume for each spool, and none that two gateways share', () => {
    const spools = services
      .filter(([name]) => name.startsWith('gateway-'))
      .map(([, { volumes = [] }]) => volumes.find((each) => each.endsWith('/spool')));
    const [declared] = (last(finalOf('gateway.Dockerfile'), 'VOLUME') ?? '').split(' ');
    expect(spools.map((each) => each?.split(':')[1])).toEqual([declared, declared]);
    expect(new Set(spools).size).toBe(2);
    const named = services.flatMap(([, { volumes = [] }]) => volumes.map((v) => v.split(':')[0]!));
    expect([...new Set(named)].filter((each) => !(each in compose.volumes))).toEqual([]);
  });

  test('lets a gateway drain before it is killed', () => {
    for (const name of ['gateway-1', 'gateway-2', 'billing-core']) {
      expect(Number.parseInt(compose.services[name]?.stop_grace_period ?? '0', 10)).toBeGreaterThan(
        20,
      );
    }
  });
});
