import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { readDockerfile, type Stage } from './dockerfile.ts';

/** Folders of images that steps name. */
const PATHS = /(?<=^|[\s='":])\/(?=(?:src|release|app|var\/lib\/tollgate)\b)/g;
const IGNORED = '.dockerignore';

/** The folder of one stage; the same paths lie below it as in the image. */
export interface Built {
  root: string;
  stage: Stage;
}

/**
 * Runs the steps of a Dockerfile below a folder. In: the project, and what is copied of it.
 * Out: the last stage, whose folder has what the image has beside its base.
 */
export function buildImage(project: string, dockerfile: string, folder: string): Built {
  const stages = readDockerfile(join(project, dockerfile));
  const built = new Map<string, string>();
  let made: Built | undefined;
  stages.forEach((stage, at) => {
    const root = join(folder, stage.name ?? `stage-${at}`);
    mkdirSync(root, { recursive: true });
    installNode(root);
    runSteps({ project, stage, root, built });
    built.set(stage.name ?? `${at}`, root);
    made = { root, stage };
  });
  if (!made) throw new Error(`${dockerfile} has no stage`);
  return made;
}

interface Running {
  project: string;
  stage: Stage;
  root: string;
  built: ReadonlyMap<string, string>;
}

function runSteps({ project, stage, root, built }: Running): void {
  let workdir = '/';
  for (const { instruction, rest } of stage.steps) {
    if (instruction === 'WORKDIR') mkdirSync(join(root, (workdir = rest)), { recursive: true });
    else if (instruction === 'COPY') copy(rest, { project, root, workdir, built });
    else if (instruction === 'RUN') run(rest, { project, root, workdir });
  }
}

/** A path of an image, below its folder. */
export const rooted = (root: string, text: string): string => text.replaceAll(PATHS, `${root}/`);

type Copying = {
  project: string;
  root: string;
  workdir: string;
  built: ReadonlyMap<string, string>;
};

function copy(rest: string, { project, root, workdir, built }: Copying): void {
  const words = rest.split(/\s+/);
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const paths = words.filter((word) => !word.startsWith('--'));
  const target = paths.pop() ?? '';
  const to = join(root, target.startsWith('/') ? target : join(workdir, target));
  const source = from === undefined ? project : built.get(from);
  if (source === undefined) throw new Error(`COPY from ${from}, which is not there`);
  for (const path of paths) {
    const at = join(source, path);
    const isFolder = statSync(at).isDirectory();
    const wanted = (each: string): boolean => from !== undefined || isWanted(project, each);
    const into = isFolder ? to : join(to, path.split('/').at(-1) ?? '');
    mkdirSync(dirname(into), { recursive: true });
    cpSync(at, into, { recursive: true, filter: wanted, verbatimSymlinks: true });
  }
}

// Of what .dockerignore can say, what ours says: `**/name`, `**/*.ext`, and paths from the root.
function isWanted(project: string, path: string): boolean {
  const inside = relative(project, path);
  return inside === '' || !ignores(project).some((pattern) => pattern.test(inside));
}

const ignored = new Map<string, RegExp[]>();
function ignores(project: string): RegExp[] {
  const known = ignored.get(project);
  if (known) return known;
  const lines = readFileSync(join(project, IGNORED), 'utf8').split('\n');
  const made = lines.filter((line) => line !== '' && !line.startsWith('#')).map(patternOf);
  ignored.set(project, made);
  return made;
}

function patternOf(line: string): RegExp {
  const [anywhere, path = ''] = /^(\*\*\/)?(.*)$/.exec(line)?.slice(1) ?? [];
  const text = path.replaceAll('.', '\\.').replaceAll('*', '[^/]*');
  return new RegExp(`^${anywhere ? '(?:.*/)?' : ''}${text}(?:/|$)`);
}

type Ran = { project: string; root: string; workdir: string };

function run(command: string, { project, root, workdir }: Ran): void {
  const cwd = join(root, workdir);
  // What it would install is what is installed here, from the same lockfile.
  if (command.startsWith('npm ci')) return linkPackages(project, cwd);
  const own = command.replace(/^rm -rf \/usr\/local\/lib\/node_modules [^&]*&& /, '');
  const env = { PATH: `${join(root, 'bin')}:${process.env['PATH']}`, HOME: root };
  execFileSync('/bin/sh', ['-c', rooted(root, own)], { cwd, env, stdio: 'pipe' });
}

function linkPackages(project: string, to: string): void {
  const folders = readdirSync(project, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  for (const folder of ['', ...folders]) {
    const from = join(project, folder, 'node_modules');
    if (existsSync(from)) symlinkSync(from, join(to, folder, 'node_modules'));
  }
}

// The base image has it; here it has to be where another user can run it.
function installNode(root: string): void {
  const node = join(root, 'bin', 'node');
  mkdirSync(dirname(node), { recursive: true });
  try {
    linkSync(process.execPath, node);
  } catch {
    copyFileSync(process.execPath, node);
  }
  chmodSync(node, 0o755);
}
