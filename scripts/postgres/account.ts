import { spawnSync } from 'node:child_process';
import { chownSync, lchownSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The system account that runs Postgres when we are root, which Postgres refuses to run as. */
export interface Account {
  uid: number;
  gid: number;
}

// `postgres` where the system has one, else the account that owns nothing. Both exist nearly
// everywhere; an account of our own is made only where neither does.
const ACCOUNT_NAMES = ['postgres', '_postgres', 'nobody', 'tollgate'];

/** Out: the account to run Postgres as; undefined when we may run it ourselves. */
export function postgresAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const known = ACCOUNT_NAMES.map(accountNamed).find(isUsable);
  if (known) return known;
  spawnSync('useradd', ['--system', '--no-create-home', '--shell', '/bin/false', 'tollgate']);
  const made = accountNamed('tollgate');
  if (isUsable(made)) return made;
  throw new Error(
    'Postgres does not run as root, and there is no other account that root may switch to here: ' +
      'start as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.',
  );
}

/** Out: who owns existing Postgres data, unless that is us: it has to run as that account. */
export function ownerOf(data: string): Account | undefined {
  const { uid, gid } = statSync(data);
  return uid === process.getuid?.() ? undefined : { uid, gid };
}

/** Whether the account can enter the folder and run the program: asked by doing it. */
export function canReach(account: Account, folder: string, program: string): boolean {
  return canRun(account, 'cd "$1" && "$2" --version', [folder, program]);
}

/** Gives a folder and all in it to the account. */
export function giveTo(account: Account, folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(folder, entry), account.uid, account.gid);
  }
  chownSync(folder, account.uid, account.gid);
}

function accountNamed(name: string): Account | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    const answer = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return answer.status === 0 ? Number(answer.stdout) : Number.NaN;
  });
  if (!Number.isInteger(uid) || !Number.isInteger(gid) || !uid) return undefined;
  return { uid, gid: gid ?? uid };
}

// In a user namespace without that uid, switching to it fails although the account is listed.
function isUsable(account: Account | undefined): account is Account {
  return account !== undefined && canRun(account, ':', []);
}

function canRun(account: Account, script: string, args: string[]): boolean {
  const answer = spawnSync('/bin/sh', ['-c', script, 'sh', ...args], {
    ...account,
    stdio: 'ignore',
    cwd: '/',
  });
  return answer.status === 0;
}
