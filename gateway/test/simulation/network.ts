import type { Weather } from './scenario.ts';
import type { Owner, World } from './world.ts';

export type Question = { method: string; path: string; body: Buffer | null };
export type Reply = { status: number; text: string };
/** Whoever answers at core's address. */
export type Server = Owner & { answer(question: Question): Promise<Reply> };
/** Where core runs, and how long it takes over an answer just now. */
export type CoreHouse = { process: Server | null; slowMs: number };

type Limits = { timeoutMs: number | undefined; signal: AbortSignal | undefined };
type Call = {
  from: Owner;
  question: Question;
  answered: (reply: Reply) => void;
  failed: (error: Error) => void;
  /** Nobody waits for the answer any more. */
  isOver: boolean;
};

const LATE_MS = [100, 9_000] as const;
/** Later than anybody waits: it arrives behind what was sent after it. */
const VERY_LATE_MS = [10_000, 45_000] as const;

/** What lies between gateways and core: it loses, doubles, delays and reorders. */
export class Network {
  readonly #world: World;
  readonly #house: CoreHouse;
  weather: Weather;
  /** Machines that cannot reach core now. */
  readonly cut = new Set<string>();
  readonly #atCore = new Set<Call>();

  constructor(of: { world: World; house: CoreHouse; weather: Weather }) {
    this.#world = of.world;
    this.#house = of.house;
    this.weather = of.weather;
  }

  /** One way through, in ms; undefined when it is lost. */
  #delay(machine: string): number | undefined {
    const { random } = this.#world;
    if (this.cut.has(machine)) {
      this.#world.count('message into a partition');
      return undefined;
    }
    if (random.chance(this.weather.lost)) {
      this.#world.count('message lost');
      return undefined;
    }
    const { latencyMs, jitterMs } = this.weather;
    const delay = latencyMs + random.next() * jitterMs;
    if (!random.chance(this.weather.late)) return delay;
    this.#world.count('message late');
    const [shortest, longest] = random.chance(0.2) ? VERY_LATE_MS : LATE_MS;
    return delay + random.between(shortest, longest);
  }

  /** An HTTP exchange: one answer or one failure, whichever comes first, within the time-out. */
  ask(from: Owner, question: Question, { timeoutMs, signal }: Limits): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const over = (): void => {
        cancel();
        call.isOver = true;
        signal?.removeEventListener('abort', aborted);
      };
      const failed = (error: Error): void => {
        over();
        reject(error);
      };
      const answered = (reply: Reply): void => {
        over();
        resolve(reply);
      };
      const aborted = (): void => failed(signal?.reason as Error);
      const late = (): void => failed(new Error('timed out'));
      const call: Call = { from, question, answered, failed, isOver: false };
      const cancel = timeoutMs ? this.#world.after(timeoutMs, from, late) : (): void => {};
      if (signal?.aborted) return aborted();
      signal?.addEventListener('abort', aborted);
      this.#send(call);
    });
  }

  #send(call: Call): void {
    const { random } = this.#world;
    const copies = random.chance(this.weather.doubled) ? 2 : 1;
    if (copies === 2) this.#world.count('message doubled');
    for (let copy = 0; copy < copies; copy++) {
      const delay = this.#delay(call.from.machine);
      if (delay !== undefined) this.#world.after(delay, null, () => this.#arrive(call));
      else if (random.chance(0.5)) this.#fail(call, 'reset');
    }
  }

  #fail(call: Call, reason: string): void {
    this.#world.after(1, call.from, () => {
      if (!call.isOver) call.failed(new Error(reason));
    });
  }

  #arrive(call: Call): void {
    const { process, slowMs } = this.#house;
    const { random } = this.#world;
    if (!process) return this.#fail(call, 'refused');
    if (random.chance(this.weather.failing)) {
      this.#world.count('core answers 500');
      return this.#reply(call, { status: 500, text: '{}' });
    }
    this.#atCore.add(call);
    const work = slowMs > 0 ? random.between(0, slowMs) : 0.5;
    if (slowMs > 0) this.#world.count('core is slow');
    this.#world.after(work, process, () => {
      const answered = (reply: Reply): void => {
        // A core that dies here has committed, and nobody is told.
        const ms = random.between(0, 3);
        this.#world.after(ms, process, () => {
          this.#atCore.delete(call);
          this.#reply(call, reply);
        });
      };
      process.answer(call.question).then(answered, (error: unknown) => this.#world.fail(error));
    });
  }

  /** Core died: its connections break. */
  reset(): void {
    for (const call of this.#atCore) this.#fail(call, 'reset');
    this.#atCore.clear();
  }

  #reply(call: Call, reply: Reply): void {
    const delay = this.#delay(call.from.machine);
    if (delay === undefined) return;
    this.#world.after(delay, call.from, () => {
      if (!call.isOver) call.answered(reply);
    });
  }
}
