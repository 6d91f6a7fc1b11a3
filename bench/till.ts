// `npm run bench:till -- [admission] [memory] [--rounds 5 --customers 1000000 ...]`
import { parseArgs } from 'node:util';
import { machine } from './machine.ts';
import { say } from './say.ts';
import { admission } from './till-admission.ts';
import { memory } from './till-memory.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    admissions: { type: 'string', default: '500000' },
    rounds: { type: 'string', default: '5' },
    /** 1,000 in turn for admission, 1,000,000 one after another for memory. */
    customers: { type: 'string' },
    /** Memory: customers in a second of the gateway's time. */
    'per-second': { type: 'string', default: '1000' },
  },
});
const modes = positionals.length > 0 ? positionals : ['admission'];

say(machine());
let passed = true;
if (modes.includes('admission')) {
  const [admissions, rounds] = [Number(values.admissions), Number(values.rounds)];
  passed = admission({ admissions, rounds, customers: Number(values.customers ?? 1_000) });
}
if (modes.includes('memory')) {
  const customers = Number(values.customers ?? 1_000_000);
  const perSecond = Number(values['per-second']);
  passed = (await memory({ customers, perSecond })) && passed;
}
process.exitCode = passed ? 0 : 1;
