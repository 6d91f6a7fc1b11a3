import type { NewUser, UserPatch } from '../contract/user.ts';
import { audit, type Doing } from '../kit/audit.ts';
import type { Tx } from '../kit/database.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { SignIn } from './sign-in.ts';
import {
  countAdminsLocked,
  deleteUser,
  dropSecondFactor,
  insertPassword,
  insertUser,
  updateUser,
  userById,
  type UserRow,
} from './user-store.ts';

type Hashes = Pick<SignIn, 'hashPassword'>;

/** Makes a user, with a password when one is given. Throws already_exists. */
export async function createUser(doing: Doing, wanted: NewUser, signIn: Hashes): Promise<UserRow> {
  const { tx, actor, now, requestId } = doing;
  const { email, name, role, password } = wanted;
  const createdAt = new Date(now);
  const row = await insertUser(tx, { id: newId('usr', now), email, name, role, createdAt });
  if (password !== undefined) {
    const hash = await signIn.hashPassword(password);
    await insertPassword(tx, { accountId: newId('acc', now), userId: row.id, hash });
  }
  const detail = { email, role };
  await audit(tx, { actor, action: 'user.create', subjectId: row.id, now, requestId, detail });
  return row;
}

async function keepAnAdmin(tx: Tx, id: string): Promise<void> {
  const admins = await countAdminsLocked(tx);
  const row = found(await userById(tx, id), 'user');
  if (row.role === 'admin' && admins <= 1) {
    throw new Fault('state_conflict', { detail: 'This user is the last admin' });
  }
}

/** Renames a user or changes the role. Throws not_found; state_conflict for the last admin. */
export async function changeUser(doing: Doing, id: string, patch: UserPatch): Promise<UserRow> {
  const { tx, actor, now, requestId } = doing;
  if (patch.role === 'user') await keepAnAdmin(tx, id);
  const row = found(await updateUser(tx, id, patch), 'user');
  const detail = { ...patch };
  await audit(tx, { actor, action: 'user.update', subjectId: id, now, requestId, detail });
  return row;
}

/** Removes a user. Throws not_found; state_conflict for the last admin and for a last owner. */
export async function removeUser(doing: Doing, id: string): Promise<void> {
  const { tx, actor, now, requestId } = doing;
  await keepAnAdmin(tx, id);
  await deleteUser(tx, id);
  await audit(tx, { actor, action: 'user.delete', subjectId: id, now, requestId });
}

/**
 * Takes the second factor off a user who has lost it; they set it up anew. Throws not_found;
 * state_conflict where there is none. Out: whose it was.
 */
export async function resetSecondFactor(doing: Doing, id: string): Promise<UserRow> {
  const { tx, actor, now, requestId } = doing;
  const user = found(await userById(tx, id), 'user');
  if (!(await dropSecondFactor(tx, id))) {
    throw new Fault('state_conflict', { detail: 'This user has no second factor' });
  }
  const action = 'user.two_factor_reset';
  await audit(tx, { actor, action, subjectId: id, now, requestId });
  return user;
}
