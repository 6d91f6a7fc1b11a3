// `npm run test:long`: the guarantees at full size, and their figures in one table. Arguments go
// to vitest, such as the names of test files.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { ROOT, run } from '../step.ts';

const FIGURES = `${ROOT}node_modules/.cache/tollgate/figures.jsonl`;

type Figure = { guarantee: string; seen: string };

function figures(): Figure[] {
  if (!existsSync(FIGURES)) return [];
  return readFileSync(FIGURES, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Figure);
}

mkdirSync(dirname(FIGURES), { recursive: true });
rmSync(FIGURES, { force: true });
const passed = await run({
  name: 'long',
  command: 'vitest',
  args: ['run', '--config', 'vitest.long.config.ts', ...process.argv.slice(2)],
});
const gib = Math.round(totalmem() / 2 ** 30);
console.log(`\n${cpus()[0]?.model}, ${cpus().length} cores, ${gib} GiB, Node ${process.version}\n`);
console.log('| guarantee | seen |\n| --- | --- |');
for (const { guarantee, seen } of figures()) console.log(`| ${guarantee} | ${seen} |`);
process.exitCode = passed ? 0 : 1;
