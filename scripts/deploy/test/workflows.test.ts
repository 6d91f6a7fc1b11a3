import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../../start/config.ts';
import { testFolder } from '../../test/folder.ts';
import { workflowFindings } from './workflow-schema.ts';

const FOLDER = '.github/workflows';
const NAMES = readdirSync(join(ROOT, FOLDER));
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Commits of releases, as they were looked up. A new one is looked up, too, and not guessed. */
const ACTIONS: Record<string, string> = {
  'actions/checkout': '3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  'actions/setup-node': '820762786026740c76f36085b0efc47a31fe5020 # v7.0.0',
  'actions/upload-artifact': 'bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0',
  'actions/attest-build-provenance': 'a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32 # v4.1.0',
  'anchore/scan-action': 'e1165082ffb1fe366ebaf02d8526e7c4989ea9d2 # v7.4.0',
  'docker/setup-qemu-action': '96fe6ef7f33517b61c61be40b68a1882f3264fb8 # v4.2.0',
  'hashicorp/setup-terraform': 'dfe3c3f87815947d99a8997f908cb6525fc44e9e # v4.0.1',
  'aws-actions/configure-aws-credentials': 'e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3',
};

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}
interface Job {
  uses?: string;
  permissions?: Record<string, string>;
  'timeout-minutes'?: number;
  steps?: Step[];
}
interface Workflow {
  on: Record<string, unknown>;
  permissions?: object;
  jobs: Record<string, Job>;
}

describe.each(NAMES)('%s', (name) => {
  const text = textOf(`${FOLDER}/${name}`);
  const workflow = parse(text) as Workflow;
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, { steps: of = [] }]) => of);
  const scripts = steps.flatMap(({ run }) => (run === undefined ? [] : [run]));

  test('is a workflow', async () => {
    expect(await workflowFindings(name, text)).toEqual([]);
    const wrong = text.replace('runs-on:', 'runs-at:').replace('uses: ./', 'usez: ./');
    expect(await workflowFindings(name, wrong)).not.toEqual([]);
  });

  test('uses actions by commits that were looked up', () => {
    const used = [...text.matchAll(/uses: ([^@\s]+)(?:@(.+))?$/gm)].map(([, of = '', at]) => ({
      of,
      at,
    }));
    expect(used.length).toBeGreaterThan(0);
    for (const { of, at } of used) {
      if (of.startsWith('./')) expect(existsSync(join(ROOT, of)), of).toBe(true);
      else expect(at, of).toBe(ACTIONS[of]);
    }
  });

  test('has no rights but those that a job says, and a limit of time for each', () => {
    expect(workflow.permissions).toEqual({});
    for (const [of, job] of jobs) {
      expect(job.permissions, of).toBeDefined();
      if (job.uses === undefined) expect(job['timeout-minutes'], of).toBeGreaterThan(0);
      const writes = Object.entries(job.permissions ?? {}).filter(([, right]) => right === 'write');
      const may = ['packages', 'id-token', 'attestations', 'contents'];
      expect(writes.filter(([right]) => !may.includes(right))).toEqual([]);
    }
    expect('pull_request_target' in workflow.on).toBe(false);
  });

  test('puts nothing of others into a script, and keeps no credentials in the checkout', () => {
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const { with: of } of checkouts) expect(of?.['persist-credentials']).toBe(false);
  });

  test('has scripts that bash reads, and that name what is there', () => {
    for (const script of scripts) {
      const read = spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' });
      expect(read.stderr).toBe('');
    }
    const all = scripts.join('\n');
    const files = [...all.matchAll(/bash ([\w./-]+)/g)].map(([, file = '']) => file);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    const known = (JSON.parse(textOf('package.json')) as { scripts: object }).scripts;
    const asked = [...all.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, of = '']) => of);
    expect(asked.filter((of) => !(of in known))).toEqual([]);
  });

  test('knows no secret but the one of Cloudflare, which takes no OIDC', () => {
    const secrets = [...text.matchAll(/secrets\.(\w+)/g)].map(([, of]) => of);
    expect(new Set(secrets)).toEqual(new Set(name === 'cd.yml' ? ['CLOUDFLARE_API_TOKEN'] : []));
  });
});

test('an actions table names nothing that is not used', () => {
  const all = NAMES.map((name) => textOf(`${FOLDER}/${name}`)).join('\n');
  expect(Object.keys(ACTIONS).filter((of) => !all.includes(`uses: ${of}@`))).toEqual([]);
});

test.each([
  'deploy/release-notes.sh',
  'deploy/docker/base.sh',
  'deploy/docker/smoke.sh',
  'deploy/kubernetes/deploy.sh',
])('bash reads %s', (path) => {
  expect(spawnSync('bash', ['-n', join(ROOT, path)], { encoding: 'utf8' }).stderr).toBe('');
});

describe('deploy.sh, with a kubectl that says what it was asked', () => {
  const folder = testFolder('kubectl');
  const asked = (fail: string): { status: number; calls: string[] } => {
    const program = join(folder, 'kubectl');
    const log = join(folder, `log-${fail.replaceAll(/\W/g, '-') || 'none'}`);
    writeFileSync(
      program,
      `#!/bin/sh\necho "$*" >> ${log}\ncase "$*" in *"${fail || '\\0'}"*) exit 1;; esac\n`,
      { mode: 0o755 },
    );
    const env = { PATH: `${folder}:${process.env['PATH']}` };
    const program_ = join(ROOT, 'deploy/kubernetes/deploy.sh');
    const { status } = spawnSync('bash', [program_, 'overlay'], { env });
    return {
      status: status ?? -1,
      calls: execFileSync('cat', [log], { encoding: 'utf8' }).split('\n'),
    };
  };
  const applies = (calls: string[]): string[] => calls.filter((call) => / apply -f /.test(call));

  test('migrates before it changes anything, has cores before gateways, and waits for all', () => {
    const { status, calls } = asked('');
    expect(status).toBe(0);
    const [first, second, third] = applies(calls);
    expect(first).toContain('--selector app.kubernetes.io/component=migration');
    expect(second).toContain('--selector app.kubernetes.io/component!=data-plane');
    expect(third).not.toContain('--selector');
    expect(calls.filter((call) => call.includes('rollout status')).length).toBe(4);
    expect(calls.filter((call) => call.includes('rollout undo'))).toEqual([]);
  });

  test('changes nothing when the migration fails', () => {
    const { status, calls } = asked('wait job/migrate');
    expect(status).toBe(1);
    expect(applies(calls).length).toBe(1);
  });

  test('takes all back when a part does not come up', () => {
    const { status, calls } = asked('rollout status statefulset/gateway');
    expect(status).toBe(1);
    expect(calls.filter((call) => call.includes('rollout undo')).length).toBe(3);
  });
});
