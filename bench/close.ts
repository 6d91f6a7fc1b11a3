// `npm run bench:close -- [--customers 100000 --hours 10 --closers 2]`: closes a month, with a
// stop half-way.
import { parseArgs } from 'node:util';
import { openDatabase, type Sql } from '../billing-core/src/kit/database.ts';
import { openLog } from '../billing-core/src/kit/log.ts';
import { follow } from '../billing-core/src/invoicing/follow.ts';
import { closeDue } from '../billing-core/src/invoicing/run.ts';
import { seedMonth, sumsOfMonth, totalOfMonth } from '../billing-core/test/invoicing/month.ts';
import { openCluster } from './cluster.ts';
import { machine } from './machine.ts';
import { say } from './say.ts';

const { values } = parseArgs({
  options: {
    customers: { type: 'string', default: '100000' },
    /** Hours of the month in which each customer used each of three meters. */
    hours: { type: 'string', default: '10' },
    closers: { type: 'string', default: '1' },
  },
});
const month = { customers: Number(values.customers), hours: Number(values.hours) };
const closers = Number(values.closers);
const SAY_EVERY_MS = 5_000;

const seconds = (from: number): number => (performance.now() - from) / 1_000;

/** A line now and then: how many are closed, how fast, and how long the rest will take. */
function progress(from: number): (closer: number) => (done: { cycles: number }) => void {
  const each = new Map<number, number>();
  let saidAt = 0;
  return (closer) =>
    ({ cycles }) => {
      each.set(closer, cycles);
      if (performance.now() - saidAt < SAY_EVERY_MS) return;
      saidAt = performance.now();
      const done = [...each.values()].reduce((all, one) => all + one, 0);
      const rate = done / seconds(from);
      const left = Math.max(0, month.customers - done) / rate;
      say(`${done} closed, ${rate.toFixed(0)}/s, about ${left.toFixed(0)} s left at most`);
    };
}

/**
 * Statistics of what was seeded alone, as the autovacuum gathers them: a table that was analyzed
 * while it was empty is planned for as if it stayed so, until it is analyzed again.
 */
async function analyzeSeeded(sql: Sql): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class
     where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 0`;
  for (const { name } of tables) await sql`analyze ${sql(name)}`;
}

say(machine());
const cluster = await openCluster();
const sql = openDatabase(cluster.url);
try {
  const seeding = performance.now();
  const now = await seedMonth(sql, month);
  await analyzeSeeded(sql);
  say(`${month.customers} customers made in ${seconds(seeding).toFixed(0)} s`);
  const kit = { sql, log: openLog('bench', 'warn'), send: async () => {}, now };
  const from = performance.now();
  await follow(sql);
  say(`cycles of all subscriptions known after ${seconds(from).toFixed(1)} s`);
  const run = async (signal: AbortSignal, stopAt?: () => void): Promise<void> => {
    const tell = progress(performance.now());
    await Promise.all(
      Array.from({ length: closers }, (_, closer) =>
        closeDue(kit, signal, (done) => {
          tell(closer)(done);
          if (done.cycles * closers * 2 >= month.customers) stopAt?.();
        }),
      ),
    );
  };
  const half = new AbortController();
  await run(half.signal, () => half.abort());
  const stopped = await sumsOfMonth(sql);
  say(`stopped with ${stopped.invoices} invoices, ${seconds(from).toFixed(1)} s; going on`);
  await run(new AbortController().signal);
  const took = seconds(from);
  const sums = await sumsOfMonth(sql);
  const each = ((took * 1_000) / month.customers).toFixed(2);
  say(`${JSON.stringify(sums)} in ${took.toFixed(1)} s: ${each} ms a customer`);
  const isRight =
    sums.invoices === month.customers &&
    sums.numbers === month.customers &&
    sums.lines === 3 * month.customers &&
    sums.total === String(month.customers * totalOfMonth(month));
  if (!isRight) throw new Error('the invoices are not what was used');
} finally {
  await sql.end();
  await cluster.stop();
}
