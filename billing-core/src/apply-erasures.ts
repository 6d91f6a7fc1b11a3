import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { readMigrateConfig } from './config.ts';
import { id } from './contract/field.ts';
import { command } from './kit/command.ts';
import { openDatabase, type Sql } from './kit/database.ts';
import { migrationsCurrent } from './kit/migrate.ts';
import { eraseAgain } from './personal/erase.ts';

const USAGE = `usage: DATABASE_URL=postgres://… node billing-core/src/apply-erasures.ts < LIST
Erases again, in a database that was put back to an earlier state, who was erased since. The list is
what GET /v1/erasures answered before (its pages one after another, or customer ids, a line each),
and is kept beside backups: it has no names. Run it behind migrate and declare-restore, before
billing-core starts. A second run changes nothing; a customer that the backup does not have yet is
named, and so is what is open of one again, as it was at the time of the backup.`;

const listed = z.object({
  data: z.array(z.object({ customer_id: id('cus') })),
  has_more: z.boolean().optional(),
});
/** Pages follow each other with or without a line between, and may have been laid out. */
const PAGE_BEGINS = /(?=\{\s*"data"\s*:)/;
const LAST_PAGE_LACKS = `The list ends with a page behind which there were more: who was erased
before those that it names is not in it.`;

type Listed = { customers: string[]; goesOn: boolean };

/** The customers that a list names. Throws for what is neither a page nor an id. */
function customersIn(list: string): Listed {
  const named: string[] = [];
  let goesOn = false;
  for (const part of list.split(PAGE_BEGINS)) {
    const end = part.lastIndexOf('}') + 1;
    if (end > 0) {
      const page = listed.parse(JSON.parse(part.slice(0, end)));
      named.push(...page.data.map(({ customer_id }) => customer_id));
      goesOn = page.has_more === true;
    }
    const lines = part.slice(end).split('\n');
    named.push(...lines.map((line) => line.trim()).filter(Boolean));
  }
  return { customers: [...new Set(named.map((one) => id('cus').parse(one)))], goesOn };
}

async function applied(sql: Sql, customer: string, now: number): Promise<string> {
  const { became, open } = await sql.begin((tx) => eraseAgain(tx, customer, now));
  return `${customer} ${became}${open.length === 0 ? '' : `; open again: ${open.join(', ')}`}`;
}

await command(USAGE, async (now) => {
  const { customers, goesOn } = customersIn(await text(process.stdin));
  const sql = openDatabase(readMigrateConfig().databaseUrl, 1);
  try {
    if (!(await migrationsCurrent(sql))) {
      throw new Error('the database is older than this program: run migrate first');
    }
    const lines: string[] = [];
    for (const customer of customers) lines.push(await applied(sql, customer, now));
    if (lines.length === 0) lines.push('the list names nobody');
    return [...lines, ...(goesOn ? [LAST_PAGE_LACKS] : [])].join('\n');
  } finally {
    await sql.end();
  }
});
