import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const FORMAT = 1;
const NAME_BYTES = 4;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Texts at rest that the database alone cannot read. `about` binds a text to what it is for. */
export type Vault = {
  seal(text: string, about: string): Buffer;
  /** Throws VaultError when no key opens it: another key sealed it, or it was changed. */
  open(sealed: Uint8Array, about: string): string;
  /** Whether it was sealed with a key that is about to go. */
  isStale(sealed: Uint8Array): boolean;
};

export class VaultError extends Error {}

type Key = { name: Buffer; key: Buffer };

const derive = (setting: string, purpose: string, bytes: number): Buffer =>
  Buffer.from(hkdfSync('sha256', setting, 'tollgate', purpose, bytes));

/** A vault of these settings, each a text of some length: the first seals, all of them open. */
export function openVault(settings: readonly [string, ...string[]]): Vault {
  const keys = settings.map((setting): Key => {
    const name = derive(setting, 'vault key name', NAME_BYTES);
    return { name, key: derive(setting, 'vault key', 32) };
  });
  const [first] = keys as [Key, ...Key[]];
  const nameIn = (sealed: Uint8Array) => sealed.subarray(1, 1 + NAME_BYTES);
  return {
    seal: (text, about) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', first.key, iv);
      cipher.setAAD(Buffer.from(about));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.of(FORMAT), first.name, iv, cipher.getAuthTag(), body]);
    },
    open: (sealed, about) => {
      const key = keys.find(({ name }) => name.equals(nameIn(sealed)))?.key;
      if (!key || sealed[0] !== FORMAT) throw new VaultError('sealed with another key');
      const rest = sealed.subarray(1 + NAME_BYTES);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, rest.subarray(0, IV_BYTES));
        decipher.setAAD(Buffer.from(about));
        decipher.setAuthTag(rest.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
        const body = decipher.update(rest.subarray(IV_BYTES + TAG_BYTES));
        return Buffer.concat([body, decipher.final()]).toString('utf8');
      } catch (error) {
        throw new VaultError('not what was sealed', { cause: error });
      }
    },
    isStale: (sealed) => !first.name.equals(nameIn(sealed)),
  };
}
