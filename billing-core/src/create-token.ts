import { parseArgs } from 'node:util';
import { createToken } from './auth/tokens.ts';
import { readMigrateConfig } from './config.ts';
import { newAdminToken } from './contract/admin-token.ts';
import { command } from './kit/command.ts';
import { openDatabase } from './kit/database.ts';
import { newId } from './kit/id.ts';

const USAGE = `usage: DATABASE_URL=postgres://… node billing-core/src/create-token.ts \\
         --name NAME --scopes SCOPE[,SCOPE] [--expires-at TIME]
Prints a new token once. Scopes: admin (all of /v1), read (its GETs), sync (a gateway).`;

await command(USAGE, async (now) => {
  const { values } = parseArgs({
    options: {
      name: { type: 'string' },
      scopes: { type: 'string' },
      'expires-at': { type: 'string' },
    },
  });
  const wanted = newAdminToken.parse({
    name: values.name,
    scopes: values.scopes?.split(','),
    expires_at: values['expires-at'],
  });
  const sql = openDatabase(readMigrateConfig().databaseUrl, 1);
  const actor = { kind: 'system', id: 'create-token' } as const;
  const doing = { actor, now, requestId: newId('req', now) };
  try {
    const { token } = await sql.begin((tx) => createToken({ tx, ...doing }, wanted));
    return token;
  } finally {
    await sql.end();
  }
});
