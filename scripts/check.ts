// `npm run check`: what can be said without running the product, all at once.
import { runAll } from './step.ts';

const ok = await runAll([
  { name: 'format', command: 'oxfmt', args: ['--check'] },
  { name: 'lint', command: 'oxlint', args: ['--deny-warnings'] },
  { name: 'types', command: 'tsc', args: [] },
  { name: 'types of workers', command: 'tsc', args: ['-p', 'gateway/src/workers'] },
  { name: 'types of web', command: 'tsc', args: ['-p', 'web'] },
  { name: 'tidy', command: 'vitest', args: ['run', '--project', 'tidy'] },
]);
process.exitCode = ok ? 0 : 1;
