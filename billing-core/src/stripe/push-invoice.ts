import type Stripe from 'stripe';
import { invoiceById, linesOf, type InvoiceRow } from '../invoicing/store.ts';
import {
  collectable,
  invoiceLines,
  invoiceParams,
  mustBeTellable,
  OURS,
  wireAmount,
} from './invoice-form.ts';
import { keepCarried, putBack } from './carried.ts';
import type { StripeKit } from './kit.ts';
import { chargeDue } from './charge.ts';
import { once } from './once.ts';
import { linkOf, outsideCall, saveLink, saveTold, type LinkRow, type PayerRow } from './store.ts';
import { takeInvoice } from './take-invoice.ts';
import { Mismatch, troubleOf } from './trouble.ts';
import { unsayNotes } from './unsay.ts';
import { reductionsToTell, type Reduction } from './work-store.ts';

const BY_CARD = 'charge_automatically';
/** As many as Stripe adds in one call, with room to spare. */
const LINES_A_CALL = 100;

async function madeDraft(kit: StripeKit, row: InvoiceRow, payer: PayerRow): Promise<LinkRow> {
  const { sql, stripe, wallClock } = kit;
  const { stripe_id: customer, card, told } = payer;
  mustBeTellable(row);
  const collecting = {
    stripeCustomer: customer,
    hasCard: card !== null,
    hasEmail: told.email !== '',
  };
  const now = wallClock();
  const stripeId = await once(
    { sql, now },
    {
      name: `invoice:${row.id}`,
      params: invoiceParams(row, collecting, now),
      make: (params, key) => stripe.invoices.create(params, key),
      find: async (since) => {
        const list = stripe.invoices.list({ customer, created: { gte: since }, limit: 100 });
        for await (const each of list) {
          if (each.metadata?.[OURS.invoice] === row.id) return each;
        }
        return undefined;
      },
    },
  );
  await saveLink(sql, { invoice_id: row.id, customer_id: row.customer_id, stripe_id: stripeId });
  const link = await linkOf(sql, row.id);
  if (link === undefined) throw new Error(`no invoice ${row.id} of Stripe's`);
  return link;
}

/** Puts our lines onto a draft, each once. */
async function addLines(kit: StripeKit, row: InvoiceRow, stripeId: string): Promise<void> {
  const { sql, stripe, wallClock } = kit;
  const lines = invoiceLines(row, await linesOf(sql, row.id));
  for (let at = 0; at < lines.length; at += LINES_A_CALL) {
    const part = String(at / LINES_A_CALL);
    await once(
      { sql, now: wallClock() },
      {
        name: `lines:${row.id}:${part}`,
        params: {
          lines: lines.slice(at, at + LINES_A_CALL).map((line) => ({
            ...line,
            metadata: { ...line.metadata, [OURS.lines]: part },
          })) as never[],
        },
        make: (params, key) => stripe.invoices.addLines(stripeId, params, key),
        find: async () => {
          for await (const each of stripe.invoices.listLineItems(stripeId, { limit: 100 })) {
            if (each.metadata[OURS.lines] === part) return { id: stripeId };
          }
          return undefined;
        },
      },
    );
  }
}

/** Nobody is ever charged what our invoice does not say. */
async function finalized(
  { stripe }: StripeKit,
  row: InvoiceRow,
  { stripeId, hasCard }: { stripeId: string; hasCard: boolean },
): Promise<void> {
  const draft = await stripe.invoices.retrieve(stripeId);
  if (draft.status !== 'draft') return;
  const due = collectable(row);
  if (BigInt(draft.total) !== due) {
    throw new Mismatch(`${stripeId} comes to ${draft.total} at Stripe, and to ${due} here`);
  }
  // One that is sent does not go on by itself: it would be sent by that, too.
  const isCharged = row.state === 'open' && hasCard && draft.collection_method === BY_CARD;
  await stripe.invoices.finalizeInvoice(stripeId, { auto_advance: isCharged });
}

/**
 * What lowers an invoice is told otherwise once it is paid, and it may become so between two tries:
 * what was refused is asked anew as it is now, once.
 */
async function tellReduction(
  kit: StripeKit,
  stripeId: string,
  reduction: Reduction,
): Promise<void> {
  const tell = async (): Promise<void> =>
    makeNote(kit, await kit.stripe.invoices.retrieve(stripeId), reduction);
  await tell().catch(async (error: unknown) => {
    if (troubleOf(error) !== 'refused') throw error;
    await tell();
  });
}

async function tellReductions(kit: StripeKit, { invoice_id, stripe_id }: LinkRow): Promise<void> {
  for (const reduction of await reductionsToTell(kit.sql, invoice_id)) {
    await tellReduction(kit, stripe_id, reduction);
  }
}

async function makeNote(
  { sql, stripe, wallClock }: StripeKit,
  { id: invoice, status }: Stripe.Invoice,
  { id, amount: text, memo }: Reduction,
): Promise<void> {
  const amount = wireAmount(BigInt(text));
  await once(
    { sql, now: wallClock() },
    {
      name: `credit:${id}`,
      params: {
        invoice,
        amount,
        memo,
        metadata: { [OURS.credit]: id },
        // Money goes back by a refund of its own, or has gone.
        ...(status === 'paid' && { out_of_band_amount: amount }),
      },
      make: (params, key) => stripe.creditNotes.create(params, key),
      find: async () => {
        for await (const each of stripe.creditNotes.list({ invoice, limit: 100 })) {
          if (each.metadata?.[OURS.credit] === id && each.status !== 'void') return each;
        }
        return undefined;
      },
    },
  );
}

const IS_OWED = ['open', 'uncollectible'];

/**
 * Charges the card. That it is declined, or was taken away since, is no fault: Stripe tries again
 * by its own schedule.
 */
async function charge(kit: StripeKit, link: LinkRow): Promise<void> {
  await chargeDue(kit, link).catch((error: unknown) => {
    const trouble = troubleOf(error);
    if (trouble !== 'declined' && trouble !== 'refused') throw error;
  });
}

/**
 * It was paid by another way than through Stripe, or credited. That we say so is written down:
 * what Stripe has as paid outside of it is no news to us then, should the money go back.
 */
async function settleOutside({ sql, stripe, wallClock }: StripeKit, link: LinkRow): Promise<void> {
  const { invoice_id, stripe_id: id } = link;
  await once(
    { sql, now: wallClock() },
    {
      name: outsideCall(invoice_id),
      params: { paid_out_of_band: true },
      make: async (params, key) => {
        await stripe.invoices.pay(id, params, key);
        return { id };
      },
      find: async () =>
        (await stripe.invoices.retrieve(id)).status === 'paid' ? { id } : undefined,
    },
  );
}

/** Brings the state at Stripe to ours, as far as ours asks for it. Each is done once by itself. */
async function tellState(
  kit: StripeKit,
  { row, link }: { row: InvoiceRow; link: LinkRow },
  { id, status, ...invoice }: Stripe.Invoice,
): Promise<void> {
  const { stripe } = kit;
  const isOwed = IS_OWED.includes(status ?? '');
  if (row.state === 'void' && isOwed) await stripe.invoices.voidInvoice(id);
  if (row.state === 'uncollectible' && status === 'open') {
    await stripe.invoices.markUncollectible(id);
  }
  if (row.state === 'paid' && isOwed) {
    await keepCarried(kit, row, { id, status, ...invoice });
    await settleOutside(kit, link);
  }
  const isCharged = invoice.auto_advance && invoice.collection_method === BY_CARD;
  if (row.state === 'open' && status === 'open' && isCharged && !invoice.attempted) {
    await charge(kit, link);
  }
}

/** Has Stripe write to who has no card, once. */
async function send(
  { sql, stripe, wallClock }: StripeKit,
  row: InvoiceRow,
  { id, status, collection_method: by }: Stripe.Invoice,
): Promise<void> {
  if (by !== 'send_invoice' || status !== 'open' || row.state !== 'open') return;
  const made = { id: `${id}:sent` };
  await once(
    { sql, now: wallClock() },
    {
      name: `send:${row.id}`,
      params: {},
      make: async (params, key) => {
        await stripe.invoices.sendInvoice(id, params, key);
        return made;
      },
      find: async (since) => {
        const page = { type: 'invoice.sent', created: { gte: since }, limit: 100 };
        for await (const { data } of stripe.events.list(page)) {
          if ((data.object as { id?: string }).id === id) return made;
        }
        return undefined;
      },
    },
  );
}

/** Tells Stripe all of one invoice: that there is it, what lowers it, and what became of it. */
export async function pushInvoice(
  kit: StripeKit,
  invoiceId: string,
  payer: PayerRow,
): Promise<void> {
  const { sql, stripe } = kit;
  const row = await invoiceById(sql, invoiceId);
  if (row === undefined) throw new Error(`no invoice ${invoiceId}`);
  const link = (await linkOf(sql, invoiceId)) ?? (await madeDraft(kit, row, payer));
  const { stripe_id: stripeId } = link;
  if (link.status === 'draft') {
    await addLines(kit, row, stripeId);
    await finalized(kit, row, { stripeId, hasCard: payer.card !== null });
    await takeInvoice(kit, stripeId);
  }
  await unsayNotes(kit, link);
  await tellReductions(kit, link);
  const there = await stripe.invoices.retrieve(stripeId);
  if (link.told === '') await send(kit, row, there);
  await tellState(kit, { row, link }, there);
  await putBack(kit, row, await stripe.invoices.retrieve(stripeId));
  await saveTold(sql, invoiceId, row.state);
  await takeInvoice(kit, stripeId);
  // What was written off there, and is paid by now, takes credit notes again.
  await tellReductions(kit, link);
}
