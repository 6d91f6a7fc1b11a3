import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openLog } from './log.ts';
import { openMail } from './mail.ts';
import { mailboxHttp } from './mailbox.ts';

const folder = mkdtempSync(join(tmpdir(), 'tollgate-mailbox-'));
afterAll(() => rmSync(folder, { recursive: true }));
const app = mailboxHttp(folder);
const get = (path: string, host = 'localhost:4011', remoteAddress = '127.0.0.1') =>
  app.request(`http://${host}${path}`, undefined, { incoming: { socket: { remoteAddress } } });

const mail = openMail({
  ...{ smtpUrl: undefined, mailDir: folder, from: 'Tollgate <no-reply@x.test>' },
  log: openLog('test', 'silent'),
});

test('what was not sent for want of a mail server is in the mailbox, with its links', async () => {
  expect(await (await get('/mailbox')).text()).toContain('No letter yet');
  await mail.deliver({
    ...{ to: 'ann@example.test', subject: '80 % of <b>it</b>', messageId: '<a@b>' },
    text: 'See http://portal.test/c/1?a=1&b=2 and <script>x</script>',
  });
  const listed = await (await get('/mailbox')).text();
  expect(listed).toContain('80 % of &lt;b&gt;it&lt;/b&gt;');
  const [, path = ''] = /href="(\/mailbox\/[^"]+)"/.exec(listed) ?? [];
  const shown = await get(path);
  const text = await shown.text();
  expect(text).toContain('ann@example.test');
  expect(text).toContain('href="http://portal.test/c/1?a=1&amp;b=2"');
  expect(text).not.toContain('<script>');
  expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test.each(['evil.example', 'evil.example:4011', '10.0.0.1:4011', 'localhost.evil.example'])(
  'a page of %s does not read it',
  async (host) => {
    expect((await get('/mailbox', host)).status).toBe(404);
  },
);

test.each([
  ['127.0.0.1', 200],
  ['::1', 200],
  ['::ffff:127.0.0.1', 200],
  ['10.0.0.7', 404],
  ['::ffff:10.0.0.7', 404],
  ['127.0.0.1.evil.example', 404],
  ['', 404],
])('who asks from %s by the name of this machine is answered %i', async (address, status) => {
  expect((await get('/mailbox', 'localhost:4011', address)).status).toBe(status);
});

test.each([
  '/mailbox/..%2Fsecret.json',
  '/mailbox/x',
  '/mailbox/nothing.json',
  '/mailbox/%00.json',
])('%s is not there', async (path) => {
  expect((await get(path)).status).toBe(404);
});

test('a file that is no letter is left out', async () => {
  writeFileSync(join(folder, 'broken.json'), '{"to":');
  const answer = await get('/mailbox');
  expect(answer.status).toBe(200);
  expect(await answer.text()).not.toContain('broken');
});
