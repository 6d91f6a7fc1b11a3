import type { GivenUp, Parcel } from './report.ts';

/** One record on its way to the till object. */
export type Ticket = { readonly admittedAt: number; parcel: number | null; stored: boolean };

type Sent = {
  readonly parcel: Parcel;
  readonly tickets: readonly Ticket[];
  readonly born: number;
  at: number;
  givenUp: boolean;
};

/** After this long without an answer a parcel is sent again, under the same number. */
export const RESEND_MS = 2_000;
/** A parcel this old is given up, and said to be lost: the object forgets numbers after a day. */
export const GIVE_UP_MS = 3_600_000;

/**
 * Records that the till object has not stored yet. They leave in numbered parcels whose content is
 * fixed when they first leave, so that a parcel may be sent by several requests and count once.
 */
export class Outbox {
  #pending: { record: string; ticket: Ticket }[] = [];
  readonly #sent = new Map<number, Sent>();
  #next: number;

  /** `from`: the object may have taken parcels of this isolate below this number. */
  constructor(from = 1) {
    this.#next = from;
  }

  /** The number of the next parcel. */
  get next(): number {
    return this.#next;
  }

  /** Records that are not known to be stored, or to be told as lost. */
  get size(): number {
    let size = this.#pending.length;
    for (const { tickets } of this.#sent.values()) size += tickets.length;
    return size;
  }

  /** Core time of the earliest admission of those; Infinity when there is none. */
  get earliest(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { ticket } of this.#pending) earliest = Math.min(earliest, ticket.admittedAt);
    for (const { tickets } of this.#sent.values()) {
      for (const { admittedAt } of tickets) earliest = Math.min(earliest, admittedAt);
    }
    return earliest;
  }

  /** Every parcel below this number is stored, or told as lost. */
  get floor(): number {
    let floor = this.#next;
    for (const number of this.#sent.keys()) floor = Math.min(floor, number);
    return floor;
  }

  add(record: string, admittedAt: number): Ticket {
    const ticket: Ticket = { admittedAt, parcel: null, stored: false };
    this.#pending.push({ record, ticket });
    return ticket;
  }

  /** The parcels to send now: one of everything new, and those whose answer is overdue. */
  take(now: number): Parcel[] {
    const parcels: Parcel[] = [];
    for (const sent of this.#sent.values()) {
      if (now - sent.at < RESEND_MS) continue;
      sent.givenUp ||= now - sent.born > GIVE_UP_MS;
      if (sent.givenUp) continue;
      sent.at = now;
      parcels.push(sent.parcel);
    }
    if (this.#pending.length > 0) parcels.push(this.#pack(now));
    return parcels;
  }

  #pack(now: number): Parcel {
    const number = this.#next++;
    const parcel = { number, records: this.#pending.map(({ record }) => record) };
    const tickets = this.#pending.map(({ ticket }) => ticket);
    for (const ticket of tickets) ticket.parcel = number;
    this.#sent.set(number, { parcel, tickets, born: now, at: now, givenUp: false });
    this.#pending = [];
    return parcel;
  }

  /** Whether this record left in a parcel whose answer is not overdue. */
  isUnderWay({ parcel }: Ticket, now: number): boolean {
    const sent = parcel === null ? undefined : this.#sent.get(parcel);
    return sent !== undefined && now - sent.at < RESEND_MS;
  }

  /** What is given up, and not known to be told. */
  get givenUp(): GivenUp[] {
    return [...this.#sent].flatMap(([number, { givenUp, tickets }]) =>
      givenUp ? [{ number, records: tickets.length }] : [],
    );
  }

  /** The object knows that these are lost. */
  told(givenUp: readonly GivenUp[]): void {
    for (const { number } of givenUp) this.#sent.delete(number);
  }

  /** The sending failed, and its sender knows: the next one need not wait. */
  failed(parcels: readonly Parcel[]): void {
    for (const { number } of parcels) {
      const sent = this.#sent.get(number);
      if (sent) sent.at = Number.NEGATIVE_INFINITY;
    }
  }

  stored(parcels: readonly Parcel[]): void {
    for (const { number } of parcels) {
      for (const ticket of this.#sent.get(number)?.tickets ?? []) ticket.stored = true;
      this.#sent.delete(number);
    }
  }
}
