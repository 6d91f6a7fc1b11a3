import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from './config.ts';

/**
 * Has billing-core's own command mint a token, the way an operator makes the first one.
 * Out: the token, which is shown this one time.
 */
export async function mintToken(
  env: Record<string, string>,
  { name, scope }: { name: string; scope: 'admin' | 'sync' },
  signal: AbortSignal,
): Promise<string> {
  const command = `${ROOT}billing-core/src/create-token.ts`;
  const args = [command, '--name', name, '--scopes', scope];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env, signal });
  const token = stdout.trim().split('\n').at(-1)?.trim();
  if (!token) throw new Error(`create-token.ts printed no token for ${name}.`);
  return token;
}
