import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../../start/config.ts';
import { testFolder } from '../../test/folder.ts';

// That each artefact is in the hands of some job, and that its base is one image and no tag.

interface Job {
  strategy?: { matrix?: Record<string, string[]> };
  steps?: { run?: string; uses?: string; with?: Record<string, unknown> }[];
}
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const jobsOf = (name: string): Record<string, Job> =>
  (parse(textOf(`.github/workflows/${name}.yml`)) as { jobs: Record<string, Job> }).jobs;
const scriptOf = (job: Job | undefined): string =>
  (job?.steps ?? []).map(({ run }) => run ?? '').join('\n');
const foldersWith = (folder: string, file: string): string[] =>
  readdirSync(join(ROOT, folder)).filter((name) => existsSync(join(ROOT, folder, name, file)));

const PARTS = readdirSync(join(ROOT, 'deploy/docker'))
  .filter((name) => name.endsWith('.Dockerfile'))
  .map((name) => name.replace('.Dockerfile', ''));

test('each root of Terraform is formatted, initialised and valid', () => {
  const { terraform } = jobsOf('ci');
  expect(terraform?.strategy?.matrix?.['root']?.toSorted()).toEqual(
    foldersWith('deploy/terraform', 'backend.tf.example').toSorted(),
  );
  const script = scriptOf(terraform);
  for (const step of ['fmt -check', 'init -backend=false', ' validate']) {
    expect(script).toContain(step);
  }
  const [version] = (terraform?.steps ?? []).flatMap(
    (step) => step.with?.['terraform_version'] ?? [],
  );
  expect(version).toMatch(/^1\.\d+\.\d+$/);
});

test.each([
  ['ci', 'images', PARTS],
  ['images', 'push', PARTS.filter((part) => part !== 'demo')],
])(
  '%s.yml builds each image for both kinds of machines, on a base with a digest',
  (name, of, parts) => {
    const jobs = jobsOf(name);
    const job = jobs[of];
    expect(job?.strategy?.matrix?.['part']?.toSorted()).toEqual(parts.toSorted());
    const script = scriptOf(job);
    expect(script).toContain('--platform linux/amd64,linux/arm64');
    expect(script).toMatch(/--build-arg "NODE_IMAGE=\$(BASE|base)"/);
    expect(script).toContain('--sbom=true --provenance=mode=max');
    expect(Object.values(jobs).map(scriptOf).join('\n')).toContain('bash deploy/docker/base.sh');
    const uses = (job?.steps ?? []).map((step) => step.uses?.split('@')[0]);
    expect(uses).toContain('docker/setup-qemu-action');
    expect(uses).toContain('anchore/scan-action');
  },
);

describe('base.sh, with a docker that says what it is told', () => {
  const folder = testFolder('docker');
  const asked = (answer: string) => {
    writeFileSync(join(folder, 'docker'), `#!/bin/sh\necho "${answer}"\n`, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env['PATH']}` };
    const script = join(ROOT, 'deploy/docker/base.sh');
    return spawnSync('bash', [script], { env, encoding: 'utf8' });
  };

  test('names the image by its digest', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(asked(digest).stdout.trim()).toBe(`node:26-slim@${digest}`);
  });

  test('names none where there is no digest', () => {
    expect(asked('<no value>')).toMatchObject({ status: 1, stdout: '' });
  });
});

test('newer versions are proposed for all that is pinned somewhere', () => {
  type Update = { 'package-ecosystem': string; directory?: string; directories?: string[] };
  const { updates } = parse(textOf('.github/dependabot.yml')) as { updates: Update[] };
  const places = updates.flatMap(({ 'package-ecosystem': of, directory, directories = [] }) =>
    [directory ?? [], directories].flat().map((place) => `${of} ${place}`),
  );
  const modules = foldersWith('deploy/terraform/modules', 'versions.tf');
  const roots = foldersWith('deploy/terraform', 'backend.tf.example');
  expect(places.toSorted()).toEqual(
    [
      ...['npm /', 'github-actions /', 'docker-compose /', 'docker /deploy/docker'],
      ...roots.map((root) => `terraform /deploy/terraform/${root}`),
      ...modules.map((name) => `terraform /deploy/terraform/modules/${name}`),
    ].toSorted(),
  );
});
