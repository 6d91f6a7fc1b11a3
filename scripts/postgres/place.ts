import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Account, canReach, giveTo, ownerOf, postgresAccount } from './account.ts';
import {
  copyInstallation,
  type Installation,
  packagedInstallation,
  versionOf,
} from './binaries.ts';
import { stopLeftover } from './leftover.ts';

/** Where a cluster lives and who runs it. */
export interface Place {
  installation: Installation;
  /** The cluster's data folder; need not exist yet. */
  data: string;
  /** The account to run as; absent when we run it ourselves. */
  account?: Account;
}

/** Entered by every account on any system, kept over a reboot. */
const OUTSIDE = '/var/lib/tollgate';

/**
 * Finds a place for a cluster at `wanted`. When we are root and the account of Postgres can't
 * get there (a clone below /root), the cluster lives outside, and `wanted` is a link to it.
 * Throws when the folder belongs to a user that we are not.
 */
export function placeFor(wanted: string, outside = OUTSIDE): Place {
  const installation = packagedInstallation();
  mkdirSync(dirname(wanted), { recursive: true, mode: 0o711 });
  const account = accountFor(wanted);
  if (!account) return { installation, data: wanted };

  // Passing through is all that Postgres needs; what lies beside the cluster guards itself.
  chmodSync(dirname(wanted), 0o711);
  if (canReach(account, dirname(wanted), join(installation, 'bin', 'postgres'))) {
    return { installation, data: wanted, account };
  }
  return placeOutside({ wanted, folder: outsideOf(wanted, outside), installation, account });
}

/** Removes a cluster made at `wanted`, wherever it lives. It must have been stopped before. */
export function removeCluster(wanted: string, outside = OUTSIDE): void {
  rmSync(outsideOf(wanted, outside), { recursive: true, force: true });
  rmSync(wanted, { recursive: true, force: true });
}

function accountFor(wanted: string): Account | undefined {
  const owner = existsSync(wanted) ? ownerOf(wanted) : undefined;
  if (process.getuid?.() === 0) return owner ?? postgresAccount();
  if (!owner) return undefined;
  throw new Error(
    `${wanted} belongs to another user (uid ${owner.uid}): start as that user or as root.`,
  );
}

interface Outside {
  wanted: string;
  folder: string;
  installation: Installation;
  account: Account;
}

function placeOutside({ wanted, folder, installation, account }: Outside): Place {
  const data = join(folder, 'data');
  // The link says that the cluster is ours. Without it the data folder was removed by hand, and
  // a cluster without its secrets is of no use.
  if (linkTarget(wanted) !== data) {
    if (existsSync(wanted)) throw new Error(unreachable(wanted));
    stopLeftover(data);
    rmSync(folder, { recursive: true, force: true });
    rmSync(wanted, { force: true });
    mkdirSync(folder, { recursive: true });
    symlinkSync(data, wanted);
  }
  for (const path of [dirname(folder), folder]) chmodSync(path, 0o755);
  const copy = join(folder, `postgres-${versionOf(installation)}`);
  if (!existsSync(copy)) {
    copyInstallation(installation, copy);
    giveTo(account, copy);
  }
  return { installation: copy, data, account };
}

const unreachable = (folder: string): string =>
  `The account that Postgres runs as can't reach ${folder} any more: let others enter the ` +
  'folders above it (chmod o+x), or start with --reset, which deletes the data.';

function outsideOf(wanted: string, outside: string): string {
  const parent = existsSync(dirname(wanted)) ? realpathSync(dirname(wanted)) : dirname(wanted);
  const name = createHash('sha256')
    .update(join(parent, basename(wanted)))
    .digest('hex');
  return join(outside, name.slice(0, 16));
}

function linkTarget(path: string): string | undefined {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
  return isLink ? readlinkSync(path) : undefined;
}
