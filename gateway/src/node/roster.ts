/** What has its place in one roster at a time. */
export type Placed = { slot?: number };

/**
 * A set of what comes and goes with each request, as a list in which each knows its place. A Set
 * is copied, smaller and larger, with every few of them, and the copies that are left behind keep
 * all that was in them from the young generation's collections: 3 ms instead of 1 for each.
 */
export class Roster<Member extends Placed> implements Iterable<Member> {
  readonly #list: Member[] = [];

  get size(): number {
    return this.#list.length;
  }

  has(member: Member): boolean {
    return this.#list[member.slot ?? -1] === member;
  }

  add(member: Member): void {
    if (this.has(member)) return;
    member.slot = this.#list.length;
    this.#list.push(member);
  }

  /** The last one takes its place. */
  delete(member: Member): void {
    if (!this.has(member)) return;
    const last = this.#list.pop() as Member;
    if (last === member) return;
    last.slot = member.slot ?? -1;
    this.#list[last.slot] = last;
  }

  [Symbol.iterator](): Iterator<Member> {
    return this.#list[Symbol.iterator]();
  }
}
