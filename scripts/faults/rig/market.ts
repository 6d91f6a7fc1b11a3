export type Terms = {
  quota?: { limit: number; window?: string; on_unreachable?: 'admit' | 'refuse' };
  rate?: { perSecond: number; burst: number; on_unreachable?: 'admit' | 'refuse' };
};
export type Key = { id: string; secret: string };
export type Customer = { id: string; subscription: string; keys: readonly Key[] };

/** So many customers are made at a time. */
const AT_ONCE = 8;

/** What an admin does, through the REST API: customers, plans, keys and the one route. */
export class Market {
  readonly #url: string;
  readonly #token: string;
  #plans = 0;
  /** Id of the meter of bytes. */
  bytesMeter = '';

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(`${this.#url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }

  /** Every path leads to this upstream, and counts requests and bytes of answers. */
  async openShop(upstreamUrl: string): Promise<void> {
    const bytes = { slug: 'bytes', name: 'Bytes', unit: 'byte' };
    this.bytesMeter = (await this.call<{ id: string }>('POST', '/meters', bytes)).id;
    await this.call('POST', '/routes', {
      name: 'all',
      path_pattern: '/*',
      upstream_url: upstreamUrl,
      metering: [
        { meter: 'requests', source: 'request' },
        { meter: 'bytes', source: 'response_bytes' },
      ],
    });
  }

  /** Makes a customer on a plan of its own with these terms, and keys. */
  async customer(terms: Terms = {}, keys = 3): Promise<Customer> {
    return this.#join(await this.#plan(terms), keys);
  }

  /** Makes so many customers on one plan, with a key each. */
  async crowd(count: number, terms: Terms): Promise<Customer[]> {
    const plan = await this.#plan(terms);
    const made: Customer[] = [];
    while (made.length < count) {
      const some = Array.from({ length: Math.min(AT_ONCE, count - made.length) }, () =>
        this.#join(plan, 1),
      );
      made.push(...(await Promise.all(some)));
    }
    return made;
  }

  async #join(plan: string, keys: number): Promise<Customer> {
    const { id } = await this.call<{ id: string }>('POST', '/customers', { name: 'Acme' });
    const of = { customer_id: id, plan_version_id: plan };
    const subscription = await this.call<{ id: string }>('POST', '/subscriptions', of);
    const made: Key[] = [];
    for (let n = 0; n < keys; n++) {
      made.push(await this.call<Key>('POST', `/customers/${id}/keys`, { name: `key ${n}` }));
    }
    return { id, subscription: subscription.id, keys: made };
  }

  /** Makes the plan that a customer can be moved to later. */
  planFor(terms: Terms): Promise<string> {
    return this.#plan(terms);
  }

  async move({ subscription }: Customer, planVersion: string): Promise<void> {
    const body = { plan_version_id: planVersion };
    await this.call('POST', `/subscriptions/${subscription}/change`, body);
  }

  async revoke({ id }: Key): Promise<void> {
    await this.call('POST', `/keys/${id}/revoke`, {});
  }

  /**
   * Bills a customer, whose plan blocks who does not pay, what is due at once; the invoice. Nothing
   * is done about it until `dun`, or until the job looks.
   */
  async bill({ id, subscription }: Customer): Promise<string> {
    const of = await this.call<{ plan_id: string }>('GET', `/subscriptions/${subscription}`);
    await this.call('PATCH', `/plans/${of.plan_id}`, { unpaid_action: 'block' });
    const settings = await this.call<object>('GET', '/billing-settings');
    const atOnce = { due_days: 0, debt_grace_days: 0, reminder_days: [] };
    await this.call('PUT', '/billing-settings', { ...settings, ...atOnce });
    const lines = [{ description: 'Setup', amount: '100' }];
    const draft = await this.call<{ id: string }>('POST', '/invoices', { customer_id: id, lines });
    await this.call('POST', `/invoices/${draft.id}/finalize`, {});
    return draft.id;
  }

  /** Takes the steps that are due about it. */
  async dun(invoice: string): Promise<void> {
    await this.call('POST', `/invoices/${invoice}/dunning/remind`, {});
  }

  async pay(invoice: string): Promise<void> {
    await this.call('POST', `/invoices/${invoice}/payments`, {});
  }

  /** The spool of this boot will not come back. */
  async writeOff(gateway: string, boot: string): Promise<void> {
    await this.call('POST', `/gateways/${gateway}/boots/${boot}/write-off`, {});
  }

  async #plan({ quota, rate }: Terms): Promise<string> {
    this.#plans += 1;
    const entitlements: object[] = [];
    if (quota) {
      const { limit, window = 'month', on_unreachable = 'refuse' } = quota;
      const of = { meter_id: 'mtr_requests', limit: String(limit), window, on_unreachable };
      entitlements.push({ kind: 'quota', enforcement: 'hard', ...of });
    }
    if (rate) {
      const { perSecond, burst, on_unreachable = 'admit' } = rate;
      const of = { rate_per_second: String(perSecond), burst, on_unreachable };
      entitlements.push({ kind: 'rate_limit', ...of });
    }
    const named = { slug: `plan-${this.#plans}`, name: 'Plan' };
    const plan = await this.call<{ id: string }>('POST', '/plans', named);
    const content = { currency: 'USD', prices: [], entitlements };
    const path = `/plans/${plan.id}/versions`;
    const version = await this.call<{ id: string }>('POST', path, content);
    await this.call('POST', `/plan-versions/${version.id}/publish`, {});
    return version.id;
  }
}
