import { crc32, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { invoiceText } from '../../src/documents/layout.ts';
import { pdfOf } from '../../src/documents/pdf.ts';
import { customerWith, openCore, type Core } from '../../src/test/core.ts';
import { pagesOf } from './read.ts';
import { monthInvoice } from './sample.ts';

// The logo of the business on its documents: as it was when they were sent, and only a sound one.

function chunk(name: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

type Png = {
  width?: number;
  height?: number;
  bits?: number;
  type?: number;
  interlaced?: number;
  /** The pixels with the filters of their rows; left out: as many as there should be. */
  pixels?: Buffer;
  before?: Buffer[];
  end?: boolean;
};

const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

function png({ width = 8, height = 4, bits = 8, type = 6, interlaced = 0, ...of }: Png): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([bits, type, 0, 0, interlaced], 8);
  const rowBytes = Math.ceil((width * (CHANNELS[type] ?? 1) * bits) / 8);
  const pixels = of.pixels ?? Buffer.alloc((rowBytes + 1) * height);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    ...(of.before ?? []),
    chunk('IDAT', deflateSync(pixels)),
    ...(of.end === false ? [] : [chunk('IEND', Buffer.alloc(0))]),
  ]);
}

const enormous = chunk('IHDR', Buffer.from([255, 0, 0, 9, 255, 0, 0, 9, 8, 6, 0, 0, 0]));
const palette = chunk('PLTE', Buffer.from([255, 0, 0, 0, 0, 255]));
const jpeg = (channels: number, side = 16): Buffer =>
  Buffer.from([
    ...[0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0],
    ...[0xff, 0xc0, 0, 17, 8, 0, side, 0, side, channels, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1],
    ...[0xff, 0xd9],
  ]);

const SOUND: Record<string, Buffer> = {
  'PNG of transparent colours': png({}),
  'PNG of colours': png({ type: 2 }),
  'PNG of grey': png({ type: 0, bits: 4 }),
  'PNG of a palette': png({ type: 3, bits: 2, before: [palette] }),
  'PNG of a palette with transparency': png({
    type: 3,
    before: [palette, chunk('tRNS', Buffer.from([0]))],
  }),
  'PNG that says another size again': png({ before: [enormous] }),
  JPEG: jpeg(3),
};

const UNSOUND: Record<string, Buffer> = {
  'PNG without an end': png({ end: false }),
  'PNG that is cut': png({}).subarray(0, 40),
  'PNG that does not unpack': Buffer.concat([png({}).subarray(0, 45), png({}).subarray(50)]),
  'PNG of too few pixels': png({ pixels: Buffer.alloc(10) }),
  'PNG of too many pixels': png({ pixels: Buffer.alloc(5_000_000) }),
  'PNG of a filter that is none': png({ pixels: Buffer.alloc(33 * 4, 9) }),
  'PNG that is enormous': png({ width: 60_000, height: 60_000, pixels: Buffer.alloc(9) }),
  'PNG of no width': png({ width: 0 }),
  'PNG in passes': png({ interlaced: 1 }),
  'PNG of 16 bits': png({ bits: 16 }),
  'PNG of a palette that is not there': png({ type: 3 }),
  'PNG of more transparent colours than colours': png({
    type: 3,
    before: [palette, chunk('tRNS', Buffer.alloc(9))],
  }),
  'JPEG of five colours': jpeg(5),
  'JPEG of no size': jpeg(3, 0),
  'JPEG that is cut': jpeg(3).subarray(0, 12),
};

const typeOf = (name: string) => (name.startsWith('PNG') ? 'image/png' : 'image/jpeg');
const print = (type: ReturnType<typeof typeOf> | 'image/webp', bytes: Buffer) =>
  pdfOf({
    ...invoiceText(monthInvoice(), []),
    logo: { type, base64: bytes.toString('base64') },
  });
const hasPicture = (pdf: Uint8Array): boolean => Buffer.from(pdf).includes('/Subtype /Image');

describe('a PDF', () => {
  test.each(Object.entries(SOUND))(
    'has a %s, and the same bytes each time',
    async (name, bytes) => {
      const pdf = await print(typeOf(name), bytes);
      expect(hasPicture(pdf)).toBe(true);
      expect(Buffer.from(await print(typeOf(name), bytes)).equals(Buffer.from(pdf))).toBe(true);
      const [first] = await pagesOf(pdf);
      expect(first?.text).toContain('Invoice INV-000042');
    },
  );

  test.each(Object.entries(UNSOUND))('is made without a %s', async (name, bytes) => {
    const pdf = await print(typeOf(name), bytes);
    expect(Buffer.from(pdf).equals(Buffer.from(await pdfOf(invoiceText(monthInvoice(), []))))).toBe(
      true,
    );
  });

  test('is made without a WebP, which PDF does not know', async () => {
    const webp = Buffer.from('RIFF\x10\0\0\0WEBPVP8 ', 'latin1');
    expect(hasPicture(await print('image/webp', webp))).toBe(false);
  });
});

describe('an invoice', () => {
  let core: Core;
  let customer: string;
  beforeAll(async () => {
    core = await openCore();
    customer = (await customerWith(core, {})).id;
  });
  afterAll(() => core.close());

  async function sent(): Promise<{ id: string; note: string }> {
    const lines = [{ description: 'Setup', amount: '5000' }];
    const { body } = await core.admin('POST', '/v1/invoices', { customer_id: customer, lines });
    await core.admin('POST', `/v1/invoices/${body['id']}/finalize`);
    const credit = { reason: 'Agreed', amount: '700' };
    const path = `/v1/invoices/${body['id']}/credit-notes`;
    const credited = await core.admin('POST', path, credit);
    const [note] = credited.body['credit_notes'] as { id: string }[];
    return { id: String(body['id']), note: note?.id ?? '' };
  }
  const put = (bytes: Buffer) =>
    core.admin('PUT', '/v1/branding/logo', { image: bytes.toString('base64') });
  async function bytesAt(path: string): Promise<Buffer> {
    const headers = { authorization: `Bearer ${await core.mint(['admin'])}` };
    return Buffer.from(await (await core.app.request(path, { headers })).arrayBuffer());
  }
  const documentsOf = ({ id, note }: { id: string; note: string }) =>
    Promise.all(
      [`invoices/${id}/html`, `invoices/${id}/pdf`, `credit-notes/${note}/html`].map((path) =>
        bytesAt(`/v1/${path}`),
      ),
    );

  test('keeps the logo that it was sent with, or none, whatever becomes of it', async () => {
    const bare = await sent();
    const before = await documentsOf(bare);
    const logo = png({ type: 2 });
    await put(logo);
    const marked = await sent();
    const [page, pdf, note] = await documentsOf(marked);
    const source = `src="data:image/png;base64,${logo.toString('base64')}"`;
    expect(page?.toString()).toContain(source);
    expect(note?.toString()).toContain(source);
    expect(hasPicture(pdf ?? Buffer.alloc(0))).toBe(true);
    await put(jpeg(1));
    expect(await documentsOf(marked)).toEqual([page, pdf, note]);
    await core.admin('DELETE', '/v1/branding/logo');
    expect(await documentsOf(marked)).toEqual([page, pdf, note]);
    expect(await documentsOf(bare)).toEqual(before);
    expect(before.map(String).join('')).not.toContain('<img');
  });

  test('that many have is kept once', async () => {
    await put(png({ type: 0 }));
    await sent();
    await sent();
    const [row] = await core.sql`select count(*)::int as count from document_logos
      where bytes = ${png({ type: 0 })}`;
    expect(row?.['count']).toBe(1);
  });
});
