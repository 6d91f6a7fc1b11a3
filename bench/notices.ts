// `npm run bench:notices -- [--customers 10000 --hours 300]`: how long it takes to look at
// customers who all used something in the same second: when nobody is known, after a restart, and
// when all are known.
import { parseArgs } from 'node:util';
import { DAY_MS } from '../billing-core/src/kit/clock.ts';
import { openDatabase } from '../billing-core/src/kit/database.ts';
import { openSending } from '../billing-core/src/kit/jobs.ts';
import { openLog } from '../billing-core/src/kit/log.ts';
import { lookAround, lookAtUsage, Watcher } from '../billing-core/src/notices/watch.ts';
import { MONTH, seedMonth } from '../billing-core/test/invoicing/month.ts';
import { openCluster } from './cluster.ts';
import { machine } from './machine.ts';
import { say } from './say.ts';

const { values } = parseArgs({
  options: {
    customers: { type: 'string', default: '10000' },
    /** Hours of the month in which each customer used each of three meters. */
    hours: { type: 'string', default: '300' },
  },
});
const month = { customers: Number(values.customers), hours: Number(values.hours) };
/** Of each hour that was used before. */
const PER_HOUR = 1_000;
const LOOKS = 10;
const ONE_IN = 100;

const seconds = (from: number): number => (performance.now() - from) / 1_000;

say(machine());
const cluster = await openCluster();
const sql = openDatabase(cluster.url);
try {
  await seedMonth(sql, month);
  const used = month.hours * PER_HOUR;
  await sql`alter table entitlements disable trigger user`;
  await sql`
    insert into entitlements (id, plan_version_id, position, kind, meter_id, quota_limit,
                              quota_window, quota_scope, enforcement, on_unreachable)
    select 'ent_' || meter, 'plv_month', at, 'quota', meter, ${used * 2}, 'month', 'customer',
           'hard', 'refuse'
      from unnest(array['mtr_requests', 'mtr_bytes', 'mtr_tokens']) with ordinality m (meter, at)`;
  await sql`insert into usage_meter_uses (customer_id, meter_id, last_roll, used)
    select id, meter, 1, ${used} from customers,
           unnest(array['mtr_requests', 'mtr_bytes', 'mtr_tokens']) meter`;
  await sql`analyze`;
  const clock = () => MONTH.end - DAY_MS;
  const kit = { sql, clock, log: openLog('bench', 'warn'), send: openSending(sql) };
  let roll = 1;
  /** Everybody, or one in so many, used so much more in one roll. */
  const use = async (units: number, oneIn = 1): Promise<void> => {
    roll += 1;
    await sql`update usage_meter_uses set last_roll = ${roll}, used = used + ${units}
      where abs(hashtext(customer_id)) % ${oneIn} = 0`;
  };
  const timed = async (what: string, watcher: Watcher): Promise<void> => {
    const from = performance.now();
    let due = 0;
    for (let more = true; more;) {
      const looked = await lookAtUsage({ ...kit, watcher });
      due += looked.due;
      ({ more } = looked);
    }
    say(`${what}: ${due} of ${month.customers} windows read, ${seconds(from).toFixed(2)} s`);
  };
  const watcher = new Watcher();
  const anew = () => sql`update notice_watch set roll = 0, customer_id = ''`;
  await anew();
  await timed('nobody known, as at the first start', watcher);
  await use(5);
  await anew();
  await timed('another core, as after a restart', new Watcher());
  for (let look = 0; look < LOOKS; look++) {
    await use(5);
    await timed('all used something', watcher);
  }
  await use(used, ONE_IN);
  await timed(`one in ${ONE_IN} may have passed something`, watcher);
  const from = performance.now();
  await lookAround({ ...kit, watcher });
  say(`nobody used anything: ${seconds(from).toFixed(3)} s`);
} finally {
  await sql.end();
  await cluster.stop();
}
