import { readMigrateConfig } from './config.ts';
import { command } from './kit/command.ts';
import { openDatabase } from './kit/database.ts';
import { beginRecovery } from './usage/recovery.ts';

const USAGE = `usage: DATABASE_URL=postgres://… node billing-core/src/declare-restore.ts
Says that this database was put back to an earlier state. Run it before billing-core starts on it,
when files were copied back: a restore that ends on a new timeline is seen without it. Nothing is
lent of hard quotas until every gateway has said what it recorded, or its boot is written off.
Then apply-erasures: who was erased since the backup is in the database again.`;

await command(USAGE, async () => {
  const sql = openDatabase(readMigrateConfig().databaseUrl, 1);
  try {
    const number = await sql.begin((tx) => beginRecovery(tx, 'declared'));
    return `recovery ${number} has begun`;
  } finally {
    await sql.end();
  }
});
