import { parentPort } from 'node:worker_threads';
import type { DocumentText } from './layout.ts';
import { pdfOf } from './pdf.ts';

// A thread of its own: setting a document is a second of work, and no request must wait for it.

export type Printed = { bytes: Uint8Array<ArrayBuffer> } | { said: string };

if (parentPort === null) throw new Error('this is for a worker');
const port = parentPort;
port.on('message', (text: DocumentText) => {
  pdfOf(text).then(
    (bytes) => port.postMessage({ bytes } satisfies Printed, [bytes.buffer]),
    (error: unknown) =>
      port.postMessage({ said: error instanceof Error ? error.message : 'unknown' }),
  );
});
