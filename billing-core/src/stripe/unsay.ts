import type { StripeKit } from './kit.ts';
import { forgetNote, linkOf, type LinkRow } from './store.ts';
import { takeInvoice } from './take-invoice.ts';
import { troubleOf } from './trouble.ts';
import { notesTooMuch } from './work-store.ts';

/** Out: whether it is void there now. Stripe voids no credit note of an invoice that is settled. */
async function voided(
  { stripe, sql, ...kit }: StripeKit,
  { stripe_id, invoice_id }: LinkRow,
  note: string,
): Promise<boolean> {
  // Whoever came before may have got as far, and no further.
  if ((await stripe.creditNotes.retrieve(note)).status === 'void') return true;
  try {
    await stripe.creditNotes.voidCreditNote(note);
    return true;
  } catch (error) {
    if (troubleOf(error) !== 'refused') throw error;
    await takeInvoice({ ...kit, stripe, sql }, stripe_id);
    // It was paid there meanwhile: what is owed again is paid another way.
    if ((await linkOf(sql, invoice_id))?.status !== 'open') return false;
    throw error;
  }
}

/**
 * Money that came another way and went back is owed again, and Stripe is to collect it: the credit
 * notes by which it was told of that money are void. What is left of such money is told anew.
 */
export async function unsayNotes(kit: StripeKit, link: LinkRow): Promise<void> {
  for (const { id, note } of await notesTooMuch(kit.sql, link.invoice_id)) {
    if (!(await voided(kit, link, note))) return;
    await forgetNote(kit.sql, id, note);
  }
}
