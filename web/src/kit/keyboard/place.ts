/** Somewhere to go to. */
export interface Place {
  href: string;
  label: string;
  /** The letter that leads there after `g`. */
  jump?: string;
  /** What tells it from others of the same name. */
  note?: string;
}

/** Finds places by what was typed. */
export interface Find {
  /** What it finds: 'Customers'. */
  label: string;
  places: (text: string, signal: AbortSignal) => Promise<Place[]>;
}

/**
 * Gives each page its letter: the one it asks for, else the first of its path's last part that is
 * free. Letters come from paths and not from labels, so they are the same in every language.
 */
export function withJumps(places: readonly Place[]): Place[] {
  const taken = new Set(places.flatMap(({ jump }) => jump ?? []));
  return places.map((place) => {
    if (place.jump !== undefined) return place;
    const letters = place.href.split('/').at(-1) ?? '';
    const jump = [...letters].find((letter) => /[a-z]/.test(letter) && !taken.has(letter));
    if (jump === undefined) return place;
    taken.add(jump);
    return { ...place, jump };
  });
}
