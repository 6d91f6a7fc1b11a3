import type { Scene } from '../../billing-core/test/invoicing/scene.ts';
import type { chance } from './chance.ts';

/** What people do with money in a year: they pay, are refunded, have credit set off, paid out. */
export class Money {
  readonly #scene: Scene;
  readonly #dice: ReturnType<typeof chance>;
  /** How often each was done, not refused. */
  readonly done = { setOff: 0, paid: 0, refunded: 0, paidOut: 0 };

  constructor(scene: Scene, dice: ReturnType<typeof chance>) {
    this.#scene = scene;
    this.#dice = dice;
  }

  async #do(deed: keyof Money['done'], path: string, body: object): Promise<void> {
    const { status, text } = await this.#scene.core.admin('POST', path, body);
    if (status > 201 && status !== 409) throw new Error(`${path}: ${status} ${text}`);
    if (status !== 409) this.done[deed] += 1;
  }

  /** Some pay, with credit first where they have it; what was paid too much goes back. */
  async settle(most: number, all = false): Promise<void> {
    const { sql } = this.#scene.core;
    const owed = await sql<{ id: string }[]>`
      select id from invoices where state = 'open' order by number limit ${most}`;
    for (const { id } of owed) {
      if (!all && this.#dice.one(3)) continue;
      if (this.#dice.one(2)) await this.#do('setOff', `/v1/invoices/${id}/set-off`, {});
      await this.#do('paid', `/v1/invoices/${id}/payments`, {});
    }
    const over = await sql<{ id: string }[]>`
      select id from invoices where state = 'paid' and paid > 0
         and total - from_balance - set_off + to_balance - credited - paid < 0 order by number`;
    for (const { id } of over) {
      await this.#do('refunded', `/v1/invoices/${id}/payments`, { kind: 'refund' });
    }
  }

  /** Whoever has left has what is to its credit paid out, some as a refund of what it paid. */
  async payOut(customers: readonly string[]): Promise<void> {
    for (const customer of customers) {
      const path = `/v1/customers/${customer}/balance/payouts`;
      const [paid] = await this.#scene.core.sql<{ id: string }[]>`
        select id from invoices where customer_id = ${customer} and state = 'paid' and paid > 0
         order by paid desc, number limit 1`;
      if (paid && this.#dice.one(2)) await this.#do('paidOut', path, { invoice_id: paid.id });
      await this.#do('paidOut', path, { method: 'transfer' });
    }
  }
}
