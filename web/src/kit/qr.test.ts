import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Modules, qrModules } from './qr.ts';

const digestOf = (modules: Modules): string =>
  createHash('sha256')
    .update(modules.map((row) => row.map((dark) => (dark ? '1' : '0')).join('')).join('\n'))
    .digest('hex')
    .slice(0, 16);

const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSW';
const uri = `otpauth://totp/Tollgate:ada%40acme.example?secret=${secret}&issuer=Tollgate`;

// Each was read by the QR reader of OpenCV 4 as the text that it is of.
test.each([
  ['a letter', 'A', 21, '1df28de52a4a3bd0'],
  ['what an authenticator app is given', uri, 45, '29c1ffcf6b4c308a'],
  ['blocks of two lengths', 'x'.repeat(180), 53, 'c02f5b023db7d099'],
  ['a length of two bytes', 'y'.repeat(330), 69, '504db22af0a31d05'],
  ['three rows of alignment', 'q'.repeat(480), 85, '83d88c7c8fedc18e'],
  ['the longest version', 'z'.repeat(660), 97, 'e8234aa63d98ea13'],
])('%s is drawn as readers read it', (_what, text, size, digest) => {
  const modules = qrModules(text);
  expect([modules.length, modules[0]?.length]).toEqual([size, size]);
  expect(digestOf(modules)).toBe(digest);
});

test('what is too long is no code', () => {
  expect(() => qrModules('x'.repeat(667))).toThrow('too long');
});
