import { pino } from 'pino';
import { keyFact, OK, request } from '../../core/test/sample.ts';
import { openMetering } from '../open-metering.ts';

/**
 * A gateway process to be killed: admits, records and answers requests one after another, and
 * prints a byte for each that is answered. `left open` requests are admitted and never end.
 * Arguments: spool folder, core URL, customer, requests left open.
 */
const [spoolDir = '', coreUrl = '', customer = '', leftOpen = '0'] = process.argv.slice(2);
const gateway = openMetering({
  spoolDir,
  coreUrl,
  fsync: 'interval',
  spoolBytesMax: 1 << 30,
  whenFull: 'refuse',
  token: 'none',
  version: 'test',
  log: pino({ level: 'silent' }),
  wallNow: () => Date.now(),
  random: () => Math.random(),
  onFatal: (error) => {
    throw error;
  },
});

const admit = async () => {
  const answer = await gateway.tills.admit(
    request({ fact: keyFact({ id: customer, quotas: [] }) }),
  );
  if (answer.kind !== 'admitted') throw new Error(answer.kind);
  const { hold } = answer;
  await new Promise<void>((resolve) => gateway.metering.begin(hold, resolve));
  return hold;
};

for (let i = 0; i < Number(leftOpen); i++) await admit();
for (;;) {
  const hold = await admit();
  await new Promise<void>((resolve) => gateway.metering.settle(hold, OK, resolve));
  process.stdout.write('.');
  await new Promise((resolve) => setTimeout(resolve, 1));
}
