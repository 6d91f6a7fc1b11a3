import { expect } from 'vitest';
import type { Balance } from '../../src/contract/balance.ts';
import type { Invoice } from '../../src/contract/invoice.ts';
import { customerWith, type Answer, type Core } from '../../src/test/core.ts';

/** What an answer holds, once it has the status that is expected. */
export function of<Body = Invoice>(answer: Answer, status = 200): Body {
  expect(answer.status, answer.text).toBe(status);
  return answer.body as unknown as Body;
}

/** An admin who writes invoices of one customer, and does something with their credit. */
export class CreditDesk {
  readonly #core: Core;
  customer = '';

  constructor(core: Core) {
    this.#core = core;
  }

  /** From here on it is about this one. */
  async newCustomer(): Promise<string> {
    return (this.customer = (await customerWith(this.#core, {})).id);
  }

  /** Entries and audit of one moment are in no order. */
  tick(): void {
    this.#core.clock.now += 1;
  }

  post(id: string, verb: string, body: object = {}): Promise<Answer> {
    return this.#core.admin('POST', `/v1/invoices/${id}/${verb}`, body);
  }

  /** A final invoice; with a negative amount it is credit. */
  async sent(amount: number, whose = this.customer): Promise<Invoice> {
    const lines = [{ description: 'Line', amount: String(amount) }];
    const invoice = { customer_id: whose, lines };
    const made = of(await this.#core.admin('POST', '/v1/invoices', invoice), 201);
    return of(await this.post(made.id, 'finalize'));
  }

  async read(id: string): Promise<Invoice> {
    return of(await this.#core.admin('GET', `/v1/invoices/${id}`));
  }

  payOut(body: object = {}, whose = this.customer): Promise<Answer> {
    this.tick();
    return this.#core.admin('POST', `/v1/customers/${whose}/balance/payouts`, body);
  }

  setOff(id: string, body: object = {}): Promise<Answer> {
    this.tick();
    return this.post(id, 'set-off', body);
  }

  async balance(): Promise<Balance> {
    return of<Balance>(await this.#core.admin('GET', `/v1/customers/${this.customer}/balance`));
  }

  /** The last entry of that action in the audit log. */
  async audited(action: string): Promise<Record<string, unknown> | undefined> {
    const answer = await this.#core.admin('GET', `/v1/audit?action=${action}&limit=1`);
    return (answer.body['data'] as unknown as Record<string, unknown>[])[0];
  }
}
