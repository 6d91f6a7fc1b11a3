// `npm test`: everything there is to prove. The results also go to a file that CI counts from.
import { rmSync } from 'node:fs';
import { ROOT, run, runAll } from './step.ts';

const RESULTS = 'node_modules/.cache/tollgate/tests.json';
rmSync(`${ROOT}${RESULTS}`, { force: true });

const checks = await runAll([{ name: 'check', command: 'node', args: ['scripts/check.ts'] }]);
const build = await runAll([{ name: 'build', command: 'node', args: ['scripts/build.ts'] }]);
const tests = await run({
  name: 'tests',
  command: 'vitest',
  args: ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`],
});
process.exitCode = checks && build && tests ? 0 : 1;
