import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../start/config.ts';
import { testFolder } from '../../test/folder.ts';

const SCRIPT = join(ROOT, 'deploy/release-notes.sh');
const KINDS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
const run = (...args: string[]) => spawnSync('bash', [SCRIPT, ...args], { encoding: 'utf8' });

const fileOf = (name: string, text: string): string => {
  const file = join(testFolder('changelog'), name);
  writeFileSync(file, text);
  return file;
};
const BEFORE =
  '# Changelog\n\n## Unreleased\n\n### Added\n\n- later\n\n## [1.2.0] - 2026-12-01\n\n- new\n\n' +
  '## [1.1.0]\n\n- old\n';

describe('release notes', () => {
  const file = fileOf('CHANGELOG.md', BEFORE);

  test('are the section of their version', () => {
    expect(run('1.2.0', file).stdout.trim()).toBe('- new');
    expect(run('1.1.0', file).stdout.trim()).toBe('- old');
  });

  test('of a version that nobody wrote of are refused', () => {
    expect(run('1.3.0', file)).toMatchObject({ status: 1, stdout: '' });
  });
});

describe('a version is cut', () => {
  test('of what is unreleased, which is empty then', () => {
    const file = fileOf('cut.md', BEFORE);
    expect(run('--cut', '1.3.0', file, '2026-12-24')).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe(
      BEFORE.replace('## Unreleased\n', '## Unreleased\n\n## [1.3.0] - 2026-12-24\n'),
    );
    expect(run('1.3.0', file).stdout.trim()).toBe('### Added\n\n- later');
  });

  test.each([
    ['twice', '1.2.0', BEFORE, 'has been cut already'],
    ['under a name that is none', 'v1', BEFORE, 'is no version'],
    ['of nothing', '1.3.0', '# Changelog\n\n## Unreleased\n', 'nothing is unreleased'],
  ])('not %s', (name, version, text, why) => {
    const file = fileOf(`${name}.md`, text);
    const { status, stderr } = run('--cut', version, file);
    expect(status).toBe(1);
    expect(stderr).toContain(why);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

describe('CHANGELOG.md', () => {
  const text = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
  const [, ...sections] = text.split(/^## /m);

  test('has what is unreleased first, then versions with a day, the newest first', () => {
    const [first, ...versions] = sections.map((section) => section.split('\n')[0]);
    expect(first).toBe('Unreleased');
    for (const version of versions)
      expect(version).toMatch(/^\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$/);
    const days = versions.map((version) => version?.slice(-10) ?? '');
    expect(days).toEqual(days.toSorted().toReversed());
  });

  test('groups what changed by the kinds of Keep a Changelog, in their order, each once', () => {
    for (const section of sections) {
      const kinds = [...section.matchAll(/^### (.+)$/gm)].map(([, kind = '']) => kind);
      expect(kinds).toEqual(KINDS.filter((kind) => kinds.includes(kind)));
      const [before = ''] = section.split('\n').slice(1).join('\n').split(/^### /m);
      expect(before.trim()).toBe('');
    }
  });

  test('can be cut as it is', () => {
    const file = fileOf('ours.md', text);
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    if (!text.includes(`## [${version}]`)) {
      expect(run('--cut', version, file)).toMatchObject({ status: 0 });
    }
    expect(run(version, file).stdout).toContain('### ');
  });
});
