import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import type { Core } from '../../src/test/core.ts';

const open = promisify(yauzl.fromBuffer) as (
  bytes: Buffer,
  options: yauzl.Options,
) => Promise<yauzl.ZipFile>;

/** The files in a zip, by name. */
export async function unzipped(bytes: Uint8Array): Promise<Map<string, string>> {
  const zip = await open(Buffer.from(bytes), { lazyEntries: true });
  const read = promisify(zip.openReadStream.bind(zip)) as (
    entry: yauzl.Entry,
  ) => Promise<NodeJS.ReadableStream>;
  const files = new Map<string, string>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  zip.on('entry', (entry: yauzl.Entry) => {
    read(entry)
      .then((stream) => text(stream))
      .then((content) => {
        files.set(entry.fileName, content);
        zip.readEntry();
      })
      .catch(reject);
  });
  zip.on('end', resolve);
  zip.on('error', reject);
  zip.readEntry();
  await promise;
  return files;
}

/** What is answered at this path, unzipped; with the headers. */
export async function exported(
  { app }: Core,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: Headers; files: Map<string, string> }> {
  const answer = await app.request(path, { headers }, {
    incoming: { socket: { remoteAddress: '10.9.9.9' } },
  } as never);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const isZip = answer.headers.get('content-type') === 'application/zip';
  const files = isZip ? await unzipped(bytes) : new Map<string, string>();
  return { status: answer.status, headers: answer.headers, files };
}
