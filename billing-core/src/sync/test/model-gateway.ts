import type { SyncAnswer, SyncEnvelope } from '../../contract/sync.ts';
import type { SyncMessage } from '../actions.ts';
import { envelopeOf, messageOf, usageOf } from './ledger.ts';

/** Core as a gateway sees it; the network may lose an answer. */
export type Wire = (message: SyncMessage) => Promise<SyncAnswer>;

type Sent = { message: SyncMessage; acked: boolean };

/** One boot of a gateway: what it was lent, and the batches of what it spent. */
class Boot {
  readonly name: string;
  readonly batches: Sent[] = [];
  granted = 0;
  spent = 0;
  uncut = 0;
  messages = 0;
  heard = 0;
  birth: number | null = null;

  constructor(name: string) {
    this.name = name;
  }

  cut(window: string): void {
    if (this.uncut === 0) return;
    const spent = [{ window, settled: this.uncut, unleased: 0, overdrawn: 0 }];
    const message = messageOf(this.name, this.batches.length + 1, {
      ...usageOf(this.uncut),
      spent,
    });
    this.batches.push({ message, acked: false });
    this.uncut = 0;
  }

  get next(): Sent | undefined {
    return this.batches.find(({ acked }) => !acked);
  }

  takeIn({ next_sequence, batch }: SyncAnswer, sent: Sent | undefined): void {
    if (sent && (batch?.status === 'applied' || batch?.status === 'repeated')) sent.acked = true;
    // Core's database went back: what it asks for is sent again.
    this.batches.slice(next_sequence - 1).forEach((one) => (one.acked = false));
  }
}

/** A gateway as far as quotas, batches and boots go: the rules that docs/adr states, in little. */
export class ModelGateway {
  readonly name: string;
  readonly #window: string;
  readonly #wire: Wire;
  readonly #old: Boot[] = [];
  readonly #ended: Boot[] = [];
  #boots = 0;
  /** The newest recovery that this spool has met. */
  #known = 0;
  #live: Boot;
  served = 0;

  constructor(name: string, window: string, wire: Wire) {
    this.name = name;
    this.#window = window;
    this.#wire = wire;
    this.#live = this.#newBoot();
  }

  #newBoot(): Boot {
    this.#boots += 1;
    return new Boot(`bt_${this.name}_${this.#boots}`);
  }

  /** Everything that was spent is in the ledger as far as this gateway knows. */
  get isQuiet(): boolean {
    return this.#live.uncut === 0 && !this.#live.next && this.#old.length === 0;
  }

  /** Serves what it may. */
  spend(want: number): void {
    const units = Math.min(want, this.#live.granted - this.#live.spent);
    this.#live.spent += units;
    this.#live.uncut += units;
    this.served += units;
  }

  async sync({ want = 20, lost = false } = {}): Promise<void> {
    const boot = this.#live;
    boot.cut(this.#window);
    const wanted = boot.granted + want;
    const leases = [{ window: this.#window, generation: 1, wanted, returned: 0 }];
    const { heard, birth: recovery } = boot;
    boot.messages += 1;
    const sent = boot.next;
    const more = { by: boot.name, leases, heard, recovery, message: boot.messages };
    const answer = await this.#send(boot, sent, more);
    if (lost) return;
    boot.heard = boot.messages;
    boot.takeIn(answer, sent);
    for (const { granted } of answer.grants) boot.granted = Math.max(boot.granted, granted);
    const number = answer.recovery?.number ?? 0;
    boot.birth ??= number;
    // The database went back: nothing that was lent counts, and what was shipped may be gone.
    if (number !== boot.birth) this.restart();
    if (number !== this.#known) this.#old.push(...this.#ended.splice(0));
    this.#known = number;
  }

  /** The process is killed, and another one goes on with its spool. */
  restart(): void {
    this.#live.cut(this.#window);
    this.#old.push(this.#live);
    this.#live = this.#newBoot();
  }

  /** Ships one batch, or the end, of what older processes left. */
  async ship({ lost = false } = {}): Promise<void> {
    const [boot] = this.#old;
    if (!boot) return;
    const sent = boot.next;
    const last = boot.batches.length;
    const end = sent ? null : ({ kind: 'seal', in_doubt: 0, last } as const);
    const more = { by: this.#live.name, recovery: boot.birth ?? 0, message: 1, end };
    const answer = await this.#send(boot, sent, more);
    if (lost) return;
    const isOver = answer.boot_state === 'sealed' || answer.boot_state === 'forfeited';
    boot.takeIn(answer, sent);
    if (isOver && !boot.next) this.#ended.push(...this.#old.splice(0, 1));
  }

  #send(boot: Boot, sent: Sent | undefined, more: Partial<SyncEnvelope>): Promise<SyncAnswer> {
    const base = sent?.message ?? { envelope: envelopeOf(boot.name), bytes: new Uint8Array() };
    const of = { gateway: `gw_${this.name}`, fingerprint: `sp_${this.name}` };
    return this.#wire({ ...base, envelope: { ...base.envelope, ...of, ...more } });
  }
}
