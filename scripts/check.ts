// `npm run check`: what can be said without running the product, all at once. `--but-tidy` leaves
// out what the tests have among them.
import { existsSync } from 'node:fs';
import { ROOT, runAll, type Step } from './step.ts';

const steps: Step[] = [
  { name: 'format', command: 'oxfmt', args: ['--check'] },
  { name: 'lint', command: 'oxlint', args: ['--deny-warnings'] },
  { name: 'types', command: 'tsc', args: [] },
  { name: 'types of workers', command: 'tsc', args: ['-p', 'gateway/src/workers'] },
  { name: 'types of web', command: 'tsc', args: ['-p', 'web'] },
];
// It serves development only, and `npm ci --omit=dev` leaves its types out.
if (existsSync(`${ROOT}node_modules/stripe`)) {
  steps.push({ name: 'types of stripe-sim', command: 'tsc', args: ['-p', 'stripe-sim'] });
} else {
  console.log('types of stripe-sim: left out, since stripe is not installed');
}
if (!process.argv.includes('--but-tidy')) {
  steps.push({ name: 'tidy', command: 'vitest', args: ['run', '--project', 'tidy'] });
}
const ok = await runAll(steps);
process.exitCode = ok ? 0 : 1;
