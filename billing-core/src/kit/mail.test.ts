import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openLog } from './log.ts';
import { openMail, type MailSettings } from './mail.ts';

const LETTER = { to: 'ann@example.test', subject: 'Hello', text: 'One line.\n' };
const settings = (more: Partial<MailSettings> = {}): MailSettings => ({
  smtpUrl: undefined,
  mailDir: undefined,
  from: 'Tollgate <no-reply@example.test>',
  log: openLog('test', 'silent'),
  ...more,
});

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

/** A mail server that takes one letter and keeps what it was told. */
async function mailServer(): Promise<{ url: string; told: string[]; server: Server }> {
  const told: string[] = [];
  const server = createServer((socket) => {
    let inLetter = false;
    socket.write('220 here\r\n');
    socket.on('data', (chunk) => {
      told.push(chunk.toString());
      const ended = chunk.toString().endsWith('\r\n.\r\n');
      if (inLetter && !ended) return;
      inLetter = chunk.toString().startsWith('DATA');
      socket.write(inLetter ? '354 go on\r\n' : '250 well\r\n');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, told, server };
}

test('a letter goes by SMTP, and `settled` waits for it', async () => {
  const { url, told } = await mailServer();
  const mail = openMail(settings({ smtpUrl: url }));
  mail.send(LETTER);
  expect(told).toEqual([]);
  await mail.settled();
  const session = told.join('');
  expect(session).toContain('MAIL FROM:<no-reply@example.test>');
  expect(session).toContain('RCPT TO:<ann@example.test>');
  expect(session).toContain('Subject: Hello');
  expect(session).toContain('One line.');
});

test('a mail server that is away fails no request', async () => {
  const { url, server } = await mailServer();
  server.close();
  const mail = openMail(settings({ smtpUrl: url }));
  mail.send(LETTER);
  await expect(mail.settled()).resolves.toBeUndefined();
});

test('without a mail server the letter lies in MAIL_DIR, for its owner alone', async () => {
  const mailDir = join(mkdtempSync(join(tmpdir(), 'tollgate-mail-')), 'mail');
  ends.push(() => rmSync(join(mailDir, '..'), { recursive: true }));
  const mail = openMail(settings({ mailDir }));
  mail.send(LETTER);
  mail.send({ ...LETTER, subject: 'Second' });
  await mail.settled();
  const letters = readdirSync(mailDir).map((name) => join(mailDir, name));
  const subjects = letters.map((path) => JSON.parse(readFileSync(path, 'utf8')).subject);
  expect(subjects.toSorted()).toEqual(['Hello', 'Second']);
  expect(letters.map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
});

test.each<[string, () => Promise<string>, string]>([
  ['stands below it', async () => '\n-- \nAcme\n', '\n-- \nAcme\n'],
  ['that cannot be read holds up none', () => Promise.reject(new Error('away')), ''],
])('the footer of a letter %s', async (_name, footer, below) => {
  const mailDir = mkdtempSync(join(tmpdir(), 'tollgate-mail-'));
  ends.push(() => rmSync(mailDir, { recursive: true }));
  const mail = openMail({ ...settings({ mailDir }), footer });
  mail.send(LETTER);
  await mail.settled();
  const [name = ''] = readdirSync(mailDir);
  const { text } = JSON.parse(readFileSync(join(mailDir, name), 'utf8')) as { text: string };
  expect(text).toBe(LETTER.text + below);
});
