import { expect, test } from 'vitest';
import { testDatabase } from '../../scripts/test/database.ts';

test('a connection gives up in time and starts no workers for a read', async () => {
  const { sql, drop } = await testDatabase();
  try {
    const [set] = await sql`
      select current_setting('statement_timeout') as timeout,
             current_setting('max_parallel_workers_per_gather') as workers`;
    expect(set).toEqual({ timeout: '30s', workers: '0' });
  } finally {
    await drop();
  }
});
