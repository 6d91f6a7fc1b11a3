import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { readMigrateConfig } from './config.ts';
import { id } from './contract/field.ts';
import { command } from './kit/command.ts';
import { openDatabase } from './kit/database.ts';
import { eraseAgain } from './personal/erase.ts';

const USAGE = `usage: DATABASE_URL=postgres://… node billing-core/src/apply-erasures.ts < LIST
Erases again, in a database that was put back to an earlier state, who was erased since. The list is
what GET /v1/erasures answered before (its pages one after another, or customer ids, a line each),
and is kept beside backups: it has no names. Run it behind declare-restore. A second run changes
nothing; a customer that the backup does not have yet is named.`;

const listed = z.object({ data: z.array(z.object({ customer_id: id('cus') })) });

/** The customers that a list names. Throws for a line that is neither. */
function customersIn(list: string): string[] {
  const lines = list.split('\n').map((line) => line.trim());
  return [
    ...new Set(
      lines.filter(Boolean).flatMap((line) => {
        if (!line.startsWith('{')) return [id('cus').parse(line)];
        return listed.parse(JSON.parse(line)).data.map(({ customer_id }) => customer_id);
      }),
    ),
  ];
}

await command(USAGE, async (now) => {
  const customers = customersIn(await text(process.stdin));
  const sql = openDatabase(readMigrateConfig().databaseUrl, 1);
  try {
    const lines: string[] = [];
    for (const customer of customers) {
      lines.push(`${customer} ${await sql.begin((tx) => eraseAgain(tx, customer, now))}`);
    }
    return lines.length === 0 ? 'the list names nobody' : lines.join('\n');
  } finally {
    await sql.end();
  }
});
