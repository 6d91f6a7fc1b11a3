/** JSON pointers (RFC 6901) as one tree, so that a document is walked once for all of them. */
export type PointerNode = {
  readonly children: Map<string, PointerNode>;
  /** Places of the pointers that end here. */
  readonly ids: number[];
  /** Places of the pointers that end here or below. */
  readonly below: number[];
};

const newNode = (): PointerNode => ({ children: new Map(), ids: [], below: [] });

const tokensOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));

/** The tree of these pointers; each is known by its place in the list. */
export function pointerTree(pointers: readonly string[]): PointerNode {
  const root = newNode();
  for (const [id, pointer] of pointers.entries()) {
    let node = root;
    node.below.push(id);
    for (const token of tokensOf(pointer)) {
      const next = node.children.get(token) ?? newNode();
      node.children.set(token, next);
      node = next;
      node.below.push(id);
    }
    node.ids.push(id);
  }
  return root;
}
