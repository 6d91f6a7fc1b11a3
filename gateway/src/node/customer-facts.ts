import { isDeepStrictEqual } from 'node:util';
import type { CustomerFact, KeyFact } from '@tollgate/billing-core/contract/facts.ts';
import { GenerationCache } from '../core/generation-cache.ts';

/**
 * What a customer's keys have in common, held once: it is most of what is known of a key, and a
 * customer has up to a hundred of them.
 */
export class CustomerFacts {
  readonly #known: GenerationCache<CustomerFact>;

  /** Of a customer who came before so many others, a next key has a copy: no harm but memory. */
  constructor(customersMax: number) {
    this.#known = new GenerationCache(customersMax);
  }

  /** The same facts; their customer is the object that its other keys have, if it is still so. */
  shared(fact: KeyFact): KeyFact {
    const { customer } = fact;
    // The window of a quota is remembered with it: one of a key's own is not that of the others.
    if (customer.quotas.some(({ scope }) => scope === 'key')) return fact;
    const known = this.#known.get(customer.id);
    if (known && isDeepStrictEqual(known, customer)) return { ...fact, customer: known };
    this.#known.set(customer.id, customer);
    return fact;
  }

  clear(): void {
    this.#known.clear();
  }
}
