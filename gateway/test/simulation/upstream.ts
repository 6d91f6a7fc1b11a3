import { BODY_BYTES_MAX, type Scenario } from './scenario.ts';
import type { Request, Truth } from './truth.ts';
import type { Owner, World } from './world.ts';

/** A response under way: how many bytes of it have passed by now. */
export type Answer = { readonly status: number; bytes(): number };
type Hears = { begins: (answer: Answer) => void; ends: (status: number) => void };

/** The customer's own API: it answers, streams, fails, is slow, or never answers. */
export class Upstream {
  readonly #world: World;
  readonly #scenario: Scenario;
  readonly #truth: Truth;

  constructor(world: World, scenario: Scenario, truth: Truth) {
    this.#world = world;
    this.#scenario = scenario;
    this.#truth = truth;
  }

  /** Does the work of one request for this gateway; its answer is some ms under way. */
  serve(request: Request, asks: Owner, { begins, ends }: Hears): void {
    const { random } = this.#world;
    const { never, slow, stream, error } = this.#scenario.upstream;
    if (random.chance(never)) return;
    const works = random.chance(slow) ? random.between(500, 50_000) : random.between(1, 60);
    const lasts = random.chance(stream) ? random.between(1_000, 40_000) : 0;
    const status = random.chance(error) ? random.pick([404, 500]) : 200;
    const bytes = random.int(0, BODY_BYTES_MAX);
    const { source, units } = request.spec;
    const counted = { request: 1, request_bytes: request.bodyBytes, response_bytes: bytes };
    request.units = units * counted[source];
    const arrives = random.between(0.2, 5);
    this.#world.after(works, null, () => {
      this.#world.note(`upstream serves ${request.id} with ${status}`);
      this.#truth.serve(request, status);
      this.#world.after(arrives, asks, () => {
        const from = this.#world.now;
        const part = (): number => (lasts > 0 ? (this.#world.now - from) / lasts : 1);
        if (lasts > 0) this.#world.count('response that lasts');
        begins({ status, bytes: () => Math.floor(bytes * Math.min(1, part())) });
        this.#world.after(lasts, asks, () => ends(status));
      });
    });
  }
}
