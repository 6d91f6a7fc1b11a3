import { text as readAll } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { openSignIn, RESET_TTL_S } from './auth/sign-in.ts';
import { createUser } from './auth/users.ts';
import { readSignInConfig } from './config.ts';
import { newUser } from './contract/user.ts';
import { systemClock } from './kit/clock.ts';
import { command } from './kit/command.ts';
import { openDatabase } from './kit/database.ts';
import { newId } from './kit/id.ts';
import { openLog } from './kit/log.ts';
import { openMail } from './kit/mail.ts';

const USAGE = `usage: DATABASE_URL=postgres://… PUBLIC_URL=… AUTH_SECRET=… \\
         node billing-core/src/create-admin.ts --email EMAIL --name NAME [< password-file]
Makes an admin. The password is read from standard input, 10 to 128 characters; from a terminal
nothing is read, and a one-time link to set the password is printed instead.`;

async function passwordFromInput(): Promise<string | undefined> {
  if (process.stdin.isTTY) return undefined;
  const password = (await readAll(process.stdin)).replace(/\r?\n$/, '');
  return password === '' ? undefined : password;
}

await command(USAGE, async (now) => {
  const { values } = parseArgs({
    options: { email: { type: 'string' }, name: { type: 'string' } },
  });
  const password = await passwordFromInput();
  const wanted = newUser.parse({ ...values, role: 'admin', password });
  const { databaseUrl, publicUrl, authSecret: secret } = readSignInConfig();
  const log = openLog('create-admin', 'error');
  const mail = openMail({ smtpUrl: undefined, mailDir: undefined, from: '', log });
  const sql = openDatabase(databaseUrl, 2);
  const signIn = openSignIn({ sql, clock: systemClock, log, mail, publicUrl, secret });
  const actor = { kind: 'system', id: 'create-admin' } as const;
  const doing = { actor, now, requestId: newId('req', now) };
  try {
    const user = await sql.begin((tx) => createUser({ tx, ...doing }, wanted, signIn));
    if (password !== undefined) return `${user.email} is an admin (${user.id})`;
    const link = await signIn.passwordLink(user.id);
    const within = `Set the password within ${RESET_TTL_S / 60} minutes:`;
    return `${user.email} is an admin (${user.id})\n${within}\n${link}`;
  } finally {
    await sql.end();
  }
});
