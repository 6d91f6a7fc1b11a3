/** So few take no time worth saving. */
const LOOKS_MIN = 100;

/**
 * Looks at each value of a map in turn, a part of them with each call, so that none takes long. The
 * map may change meanwhile.
 */
export class Sweep<Value> {
  readonly #map: ReadonlyMap<string, Value>;
  readonly #parts: number;
  #place: Iterator<Value>;

  constructor(map: ReadonlyMap<string, Value>, parts: number) {
    this.#map = map;
    this.#parts = parts;
    this.#place = map.values();
  }

  next(look: (value: Value) => void): void {
    const looks = Math.max(LOOKS_MIN, Math.ceil(this.#map.size / this.#parts));
    for (let left = looks; left > 0; left--) {
      const { done, value } = this.#place.next();
      if (done) {
        this.#place = this.#map.values();
        return;
      }
      look(value);
    }
  }
}
