import { expect, test } from 'vitest';
import { openVault, VaultError } from './vault.ts';

const OLD = 'an old key that is long enough for us';
const NEW = 'a new key that is long enough for us';

test('what is sealed is opened again, and looks different each time', () => {
  const vault = openVault([NEW]);
  const text = 'sk_live_ü\n';
  const sealed = vault.seal(text, 'stripe');
  expect(vault.open(sealed, 'stripe')).toBe(text);
  expect(sealed.includes(text)).toBe(false);
  expect(vault.seal(text, 'stripe').equals(sealed)).toBe(false);
});

test('no bit of it can be changed, and it opens for nothing else', () => {
  const vault = openVault([NEW]);
  const sealed = vault.seal('text', 'stripe');
  expect(() => vault.open(sealed, 'other')).toThrow(VaultError);
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    expect(() => vault.open(changed, 'stripe'), `byte ${at}`).toThrow(VaultError);
  }
  for (const cut of [0, 1, 5, 10, sealed.length - 1]) {
    expect(() => vault.open(sealed.subarray(0, cut), 'stripe'), `cut ${cut}`).toThrow(VaultError);
  }
});

test('an old key still opens, says that it is old, and another key does not', () => {
  const sealed = openVault([OLD]).seal('text', 'stripe');
  const vault = openVault([NEW, OLD]);
  expect(vault.open(sealed, 'stripe')).toBe('text');
  expect(vault.isStale(sealed)).toBe(true);
  expect(vault.isStale(vault.seal('text', 'stripe'))).toBe(false);
  expect(() => openVault([NEW]).open(sealed, 'stripe')).toThrow(VaultError);
});
