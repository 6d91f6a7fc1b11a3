import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono } from 'hono';
import { html } from 'hono/html';
import { z } from 'zod';

/**
 * What was not sent for want of a mail server, as pages for the one who runs this on a machine of
 * their own. Letters have links that sign people in: the pages are on the private port, and only
 * for who asks this machine by its own name, so that no page of the web reads them by a name of its
 * own; and from this machine, since anybody can write that name.
 */

const NAME = /^[\w.-]{1,100}\.json$/;
const OWN_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);
const OWN_ADDRESS = /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/;
const LETTERS_SHOWN_MAX = 200;
const POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const letterFile = z.object({
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  messageId: z.string().optional(),
});
type LetterFile = z.infer<typeof letterFile> & { name: string; at: Date };

async function readLetter(folder: string, name: string): Promise<LetterFile | undefined> {
  try {
    const path = join(folder, name);
    const [{ mtime }, text] = await Promise.all([stat(path), readFile(path, 'utf8')]);
    return { ...letterFile.parse(JSON.parse(text)), name, at: mtime };
  } catch {
    // Half written, or gone: the next look has it.
    return undefined;
  }
}

async function letters(folder: string): Promise<LetterFile[]> {
  const names = await readdir(folder).catch(() => []);
  const known = await Promise.all(
    names.filter((name) => NAME.test(name)).map((name) => readLetter(folder, name)),
  );
  return known
    .filter((one) => one !== undefined)
    .toSorted((one, other) => other.at.getTime() - one.at.getTime())
    .slice(0, LETTERS_SHOWN_MAX);
}

const page = (title: string, body: unknown) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`;

/** Text with its addresses as links; everything else is what it is. */
function linked(text: string) {
  return text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((part, at) =>
      at % 2 === 1 ? html`<a href="${part}" rel="noreferrer">${part}</a>` : part,
    );
}

const list = (all: readonly LetterFile[]) =>
  page(
    'Mailbox',
    all.length === 0
      ? html`<p>No letter yet.</p>`
      : html`<ul>
          ${all.map(
            ({ name, at, to, subject }) =>
              html`<li>
                <a href="/mailbox/${encodeURIComponent(name)}">${subject}</a><br />
                to ${to}, <time>${at.toISOString()}</time>
              </li>`,
          )}
        </ul>`,
  );

const one = ({ from, to, at, subject, text, messageId }: LetterFile) =>
  page(
    subject,
    html`<p><a href="/mailbox">Mailbox</a></p>
      <p>
        From ${from}<br />
        to ${to}<br />
        <time>${at.toISOString()}</time>
        ${messageId === undefined ? '' : html`<br />Message-ID ${messageId}`}
      </p>
      <pre>${linked(text)}</pre>`,
  );

/** /mailbox of the letters in this folder. */
export function mailboxHttp(folder: string): Hono {
  const app = new Hono();
  app.use('/mailbox/*', async (c, next) => {
    const { hostname } = new URL(c.req.url);
    const isFromHere = OWN_ADDRESS.test(getConnInfo(c).remote.address ?? '');
    if (!isFromHere || !OWN_HOSTS.has(hostname)) return c.notFound();
    c.header('content-security-policy', POLICY);
    c.header('cache-control', 'no-store');
    c.header('referrer-policy', 'no-referrer');
    await next();
    return undefined;
  });
  app.get('/mailbox', async (c) => c.html(list(await letters(folder))));
  app.get('/mailbox/:name', async (c) => {
    const name = c.req.param('name');
    const letter = NAME.test(name) ? await readLetter(folder, name) : undefined;
    return letter === undefined ? c.notFound() : c.html(one(letter));
  });
  return app;
}
