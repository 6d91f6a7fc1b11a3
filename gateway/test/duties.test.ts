import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { head, useRigs } from './raw-client.ts';
import { KEY, type Rig, routeFact } from './rig.ts';

/** What HTTP (RFC 9110, 9112) asks of one who passes messages on. */

const { rigOf, clientOf } = useRigs();

/** A gateway before an upstream that writes these bytes in answer to the first packet. */
const answering = (bytes: string): Promise<Rig> =>
  rigOf({ rawUpstream: (socket) => socket.once('data', () => socket.write(bytes, 'latin1')) });

/** A gateway before an upstream that tells what it got, and the fields it was asked with. */
async function telling(): Promise<{ rig: Rig; seen: IncomingHttpHeaders[] }> {
  const seen: IncomingHttpHeaders[] = [];
  const rig = await rigOf({
    upstream: (request, response) => {
      seen.push(request.headers);
      request.resume();
      request.on('end', () => response.end('told'));
    },
  });
  return { rig, seen };
}

describe('interim answers', () => {
  const HINTS =
    'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n' +
    'Content-Length: 5\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\r\n';
  const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

  it('all of them pass, in order, without their hop-by-hop fields', async () => {
    const rig = await answering(`HTTP/1.1 102 Processing\r\n\r\n${HINTS}${HINTS}${OK}`);
    const text = await clientOf(rig).send(head('GET /')).until(/ok$/);
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n';
    expect(text.startsWith(`HTTP/1.1 102 Processing\r\n\r\n${hints}${hints}HTTP/1.1 200`)).toBe(
      true,
    );
  });

  it('a client of HTTP/1.0 gets none', async () => {
    const rig = await answering(HINTS + OK);
    const client = clientOf(rig).send(`GET / HTTP/1.0\r\nX-API-Key: ${KEY}\r\n\r\n`);
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 200 OK/);
  });
});

describe('Expect: 100-continue', () => {
  const POST = head('POST /', 'Content-Length: 5', 'Expect: 100-continue');

  it('a client is not told to go on before the upstream is there to take the body', async () => {
    const rig = await rigOf({ routes: () => [routeFact({ upstream_url: 'http://127.0.0.1:1' })] });
    const text = await clientOf(rig).send(POST).untilClosed();
    expect(text).toMatch(/^HTTP\/1\.1 502 [^]*\r\nConnection: close\r\n/);
  });

  it('means nothing in HTTP/1.0', async () => {
    const { rig, seen } = await telling();
    const fields = `X-API-Key: ${KEY}\r\nContent-Length: 5\r\nExpect: 100-continue`;
    const client = clientOf(rig).send(`POST / HTTP/1.0\r\n${fields}\r\n\r\nhello`);
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(seen[0]?.expect).toBe(undefined);
  });
});

describe('in a pipeline, what is said before an answer', () => {
  const first = head('GET /first');
  /** Answers the second request before the first. */
  const turned = (interim: string): Promise<Rig> => {
    let answerFirst: () => void = () => {};
    return rigOf({
      rawUpstream: (socket) =>
        socket.on('data', (bytes: Buffer) => {
          const text = bytes.toString('latin1');
          const answer = (body: string): void => {
            socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
          };
          if (text.includes('/first')) answerFirst = () => answer('first');
          if (text.includes('/alone')) setTimeout(() => answer('first'), 50);
          if (!text.includes('/second') && !text.endsWith('hello')) return;
          socket.write(interim);
          answer('second');
          setTimeout(answerFirst, 50);
        }),
    });
  };
  const OK = String.raw`HTTP/1\.1 200 OK\r\n(?:[^\r]+\r\n)+\r\nsecond$`;

  it('stands before it, and not in its body', async () => {
    const rig = await turned('');
    const fields = ['Content-Length: 5', 'Expect: 100-continue'];
    const sent = `${head('GET /alone')}${head('POST /second', ...fields)}hello`;
    const text = await clientOf(rig)
      .send(sent)
      .until(/second$/);
    expect(text).toMatch(new RegExp(`first(HTTP/1.1 100 Continue\r\n\r\n)?${OK}`));
  });

  it('the same of what the upstream says early', async () => {
    const rig = await turned('HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n');
    const text = await clientOf(rig)
      .send(`${first}${head('GET /second')}`)
      .until(/second$/);
    expect(text).toMatch(new RegExp(`first(HTTP/1.1 103 Early Hints\r\n[^\r]+\r\n\r\n)?${OK}`));
  });
});

describe('answers and their bodies', () => {
  it.each([
    ['a part', '206 Partial Content', 'Content-Range: bytes 1-2/9'],
    ['a range beyond the end', '416 Range Not Satisfiable', 'Content-Range: bytes */9'],
  ])(
    '%s passes with its fields; the range was asked of the upstream',
    async (...[, status, range]) => {
      let asked = '';
      const rig = await rigOf({
        rawUpstream: (socket) => {
          socket.once('data', (bytes: Buffer) => {
            asked = bytes.toString();
            socket.write(`HTTP/1.1 ${status}\r\n${range}\r\nContent-Length: 2\r\n\r\nbc`);
          });
        },
      });
      const ranges = ['Range: bytes=1-2', 'If-Range: "v1"'];
      const text = await clientOf(rig)
        .send(head('GET /', ...ranges))
        .until(/bc$/);
      expect(text.startsWith(`HTTP/1.1 ${status}\r\n${range}\r\n`)).toBe(true);
      for (const field of ranges) expect(asked).toContain(`\r\n${field}\r\n`);
    },
  );

  it.each([
    ['HEAD', 'HEAD /', 'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n'],
    ['not modified', 'GET /', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 12\r\n\r\n'],
  ])('%s keeps the length of the body that is not sent', async (_name, line, bytes) => {
    const client = clientOf(await answering(bytes));
    const text = await client.send(head(line)).until(/\r\n\r\n/);
    expect(text).toMatch(/\r\nContent-Length: 12\r\n[^]*\r\n\r\n$/);
    // The connection goes on: nobody waits for twelve bytes.
    client.send(head(line.replace(' /', ' /again')));
    await client.until(/(HTTP\/1\.1 [^]*){2}/);
  });

  it('what ends with the connection of the upstream is framed for the client', async () => {
    const rig = await rigOf({
      rawUpstream: (socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end')),
    });
    const text = await clientOf(rig)
      .send(head('GET /'))
      .until(/0\r\n\r\n$/);
    expect(text).toMatch(/Transfer-Encoding: chunked[^]*\r\n\r\nd\r\nuntil the end\r\n0\r\n\r\n$/);
  });

  it('a redirect is passed on, and followed by nobody here', async () => {
    let asked = 0;
    const rig = await rigOf({
      upstream: (_request, response) => {
        asked += 1;
        response.writeHead(307, { location: 'http://elsewhere.test/x' }).end();
      },
    });
    const text = await clientOf(rig)
      .send(head('GET /'))
      .until(/\r\n\r\n/);
    expect(text).toMatch(/^HTTP\/1\.1 307 [^]*\r\nlocation: http:\/\/elsewhere\.test\/x\r\n/);
    expect(asked).toBe(1);
  });
});

describe('how often a request goes on', () => {
  it('OPTIONS with Max-Forwards 0 ends here, with more it goes on with one less', async () => {
    const { rig, seen } = await telling();
    const ask = (line: string, forwards: string): Promise<string> =>
      clientOf(rig)
        .send(head(line, `Max-Forwards: ${forwards}`))
        .until(/\r\n\r\n[^]+/);
    expect(await ask('OPTIONS /', '0')).toMatch(/^HTTP\/1\.1 400 [^]*forwards_used_up/);
    expect(await ask('OPTIONS /', '-1')).toMatch(/^HTTP\/1\.1 400 [^]*invalid_request/);
    expect(seen).toEqual([]);
    await ask('OPTIONS /', '7');
    await ask('GET /', '0');
    expect(seen.map((fields) => fields['max-forwards'])).toEqual(['6', '0']);
  });

  it('a request that came round to the gateway again and again is a loop', async () => {
    const { rig, seen } = await telling();
    const passed = (times: number): string =>
      `Via: ${Array(times).fill('1.1 tollgate').join(', ')}`;
    await clientOf(rig)
      .send(head('GET /', passed(5), 'Via: 1.1 other (tollgate)'))
      .until(/told/);
    const looped = clientOf(rig).send(head('GET /', passed(3), passed(3)));
    expect(await looped.until(/\r\n\r\n[^]+/)).toMatch(/^HTTP\/1\.1 508 [^]*loop_detected/);
    expect(seen).toHaveLength(1);
  });
});

describe('what a client may not say, and what is not passed on', () => {
  it('a target over 8 KiB is too long', async () => {
    const { rig, seen } = await telling();
    const text = await clientOf(rig)
      .send(head(`GET /${'a'.repeat(8_192)}`))
      .until(/\r\n\r\n[^]+/);
    expect(text).toMatch(/^HTTP\/1\.1 414 [^]*target_too_long/);
    await clientOf(rig)
      .send(head(`GET /${'a'.repeat(8_191)}`))
      .until(/told/);
    expect(seen).toHaveLength(1);
  });

  it('a Referer that holds a key stays here, any other one passes', async () => {
    const { rig, seen } = await telling();
    for (const referer of [`https://a.test/?k=${KEY}`, 'https://a.test/']) {
      await clientOf(rig)
        .send(head('GET /', `Referer: ${referer}`))
        .until(/told/);
    }
    expect(seen.map(({ referer }) => referer)).toEqual([undefined, 'https://a.test/']);
  });
});
