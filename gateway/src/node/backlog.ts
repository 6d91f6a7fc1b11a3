/** One moment is noted for all frames of so long (ms): the age that is told is as exact. */
const EVERY_MS = 1_000;
/** Moments that are kept. With more of them every other one goes, and they are noted as seldom. */
const MARKS_MAX = 1_024;

type Mark = { readonly frame: number; readonly at: number };

/** When frames were recorded, well enough to tell how old the oldest is that waits. */
export class Backlog {
  readonly #now: () => number;
  #marks: Mark[] = [];
  #everyMs = EVERY_MS;
  #due = -Infinity;

  /** `now`: ms of a clock that never runs back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** This frame was recorded just now; frames grow. */
  recorded(frame: number): void {
    const at = this.#now();
    if (at < this.#due) return;
    this.#marks.push({ frame, at });
    if (this.#marks.length > MARKS_MAX) {
      this.#marks = this.#marks.filter((_, each) => each % 2 === 0);
      this.#everyMs *= 2;
    }
    this.#due = at + this.#everyMs;
  }

  /** How long ago (ms) this frame was recorded; those before it are not asked for any more. */
  ageOf(frame: number): number {
    const behind = this.#marks.findIndex((mark) => mark.frame > frame);
    const at = behind === -1 ? this.#marks.length - 1 : behind - 1;
    if (at > 0) this.#marks = this.#marks.slice(at);
    if (this.#marks.length === 1) this.#everyMs = EVERY_MS;
    const [mark] = this.#marks;
    return mark ? Math.max(0, this.#now() - mark.at) : 0;
  }
}
