import { readFileSync } from 'node:fs';

/** One instruction of a Dockerfile, its lines joined. */
export interface Step {
  instruction: string;
  rest: string;
}

export interface Stage {
  name: string | undefined;
  from: string;
  steps: Step[];
}

/** Reads a Dockerfile. Out: its stages in order. Throws for what is written in no way we know. */
export function readDockerfile(path: string): Stage[] {
  const lines = readFileSync(path, 'utf8')
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const args = new Map<string, string>();
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, instruction = '', rest = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    if (instruction === '') throw new Error(`${path}: ${line}`);
    const stage = stages.at(-1);
    if (instruction === 'FROM') {
      const [, image = '', name] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      const from = image.replaceAll(/\$\{(\w+)\}/g, (_, arg: string) => args.get(arg) ?? '');
      stages.push({ from, name, steps: [] });
    } else if (stage) stage.steps.push({ instruction, rest });
    else if (instruction === 'ARG') args.set(...(rest.split('=', 2) as [string, string]));
    else throw new Error(`${path}: ${line} before the first FROM`);
  }
  return stages;
}

/** What is said last, such as of CMD. */
export const last = ({ steps }: Stage, instruction: string): string | undefined =>
  steps.findLast((step) => step.instruction === instruction)?.rest;

/** The environment that a stage sets. */
export function environmentOf({ steps }: Stage): Record<string, string> {
  const words = steps
    .filter(({ instruction }) => instruction === 'ENV')
    .flatMap(({ rest }) => rest.split(/\s+/));
  return Object.fromEntries(words.map((word) => word.split('=', 2) as [string, string]));
}

/** The words of CMD, or of the command of HEALTHCHECK. */
export function commandIn(text: string | undefined): string[] {
  const json = /\[.*\]$/.exec(text ?? '')?.[0];
  if (json === undefined) throw new Error(`not a command in JSON: ${text}`);
  return JSON.parse(json) as string[];
}
