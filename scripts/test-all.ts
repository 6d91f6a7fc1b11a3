// `npm test`: everything there is to prove. The results also go to a file that CI counts from.
import { rmSync } from 'node:fs';
import { ROOT, run, runAll } from './step.ts';

const RESULTS = 'node_modules/.cache/tollgate/tests.json';
rmSync(`${ROOT}${RESULTS}`, { force: true });

// Beside the tests, which wait more than they compute. They tidy themselves.
const checks = runAll([
  { name: 'check', command: 'node', args: ['scripts/check.ts', '--but-tidy'] },
]);
const build = await runAll([{ name: 'build', command: 'node', args: ['scripts/build.ts'] }]);
const tests = await run({
  name: 'tests',
  command: 'vitest',
  args: ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`],
});
process.exitCode = (await checks) && build && tests ? 0 : 1;
