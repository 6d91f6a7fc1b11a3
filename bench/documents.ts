// `npm run bench:documents`: making PDFs, and how long everything else waits meanwhile.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { invoiceText, type DocumentText } from '../billing-core/src/documents/layout.ts';
import { pdfOf } from '../billing-core/src/documents/pdf.ts';
import { Press } from '../billing-core/src/documents/press.ts';
import { monthInvoice } from '../billing-core/test/documents/sample.ts';
import { machine } from './machine.ts';
import { say } from './say.ts';

const DOCUMENTS = 8;
const NS = 1_000_000;
const TURN_MS = 20;

const texts: DocumentText[] = Array.from({ length: DOCUMENTS }, (_, n) => ({
  ...invoiceText(monthInvoice(), []),
  number: `INV-${n}`,
}));

async function measured(what: string, print: (text: DocumentText) => Promise<Uint8Array>) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const took: number[] = [];
  for (const text of texts) {
    // A turn between them, in which the delay that one of them made is noticed.
    await pause(TURN_MS);
    const began = performance.now();
    await print(text);
    took.push(performance.now() - began);
  }
  await pause(TURN_MS);
  delay.disable();
  const [first = 0] = took;
  const ms = (took.reduce((all, one) => all + one, 0) / DOCUMENTS).toFixed(0);
  const worst = (delay.max / NS).toFixed(0);
  const usual = (delay.percentile(99) / NS).toFixed(1);
  say(
    `${what}: ${ms} ms each, the first ${first.toFixed(0)}; ` +
      `loop ${usual} ms at 99 %, ${worst} at most`,
  );
}

say(machine());
const press = new Press();
await measured('in a thread of its own', (text) => press.print(text));
await measured('once more, kept', (text) => press.print(text));
press.stop();
await measured('on the event loop, as before', pdfOf);
