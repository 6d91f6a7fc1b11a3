import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { chanceOf } from '../world/chance.ts';
import type { World } from '../world/world.ts';

/** Everything in a world but its clock, its address and its chance, which are not data. */
type State = Omit<World, 'clock' | 'baseUrl' | 'names' | 'chance' | 'cause'>;

/** Out: a world as text, so that another process can go on with it. */
export function stateOf(world: World): string {
  const { clock, baseUrl: _url, names: _names, chance: _chance, cause: _cause, ...state } = world;
  // What is being executed has no answer yet; whoever asks again begins anew.
  const answers = new Map([...world.answers].filter(([, { answer }]) => answer !== undefined));
  return JSON.stringify({ ...state, answers, now: clock.now() }, pack);
}

/** Puts a state into a world. Throws when the text is none. */
export function restoreState(world: World, text: string): void {
  const { now, seed, ...state } = JSON.parse(text, unpack) as State & { now: number };
  Object.assign(world, state);
  world.clock.moveTo(now);
  // Chance goes on elsewhere: it must not repeat what it gave before.
  const since = `${seed}:${world.minted}`;
  world.chance = {
    requests: chanceOf(`${since}:requests`),
    deliveries: chanceOf(`${since}:deliveries`),
  };
}

const MAP = '$map';
const SET = '$set';

function pack(_: string, value: unknown): unknown {
  if (value instanceof Map) return { [MAP]: [...value] };
  return value instanceof Set ? { [SET]: [...value] } : value;
}

function unpack(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  // Metadata may have such a key, too, but never a list under it.
  if (MAP in value && Array.isArray(value[MAP])) return new Map(value[MAP]);
  return SET in value && Array.isArray(value[SET]) ? new Set(value[SET]) : value;
}

/** A file that a world is kept in. */
export interface StateFile {
  /** Writes what changed since the last time, whole or not at all. */
  save(): void;
}

/** Reads the file, if there is one. Throws when it can't be read. */
export function openStateFile(world: World, path: string): StateFile {
  const found = readIfThere(path);
  if (found !== undefined) restoreState(world, found);
  let saved = found === undefined ? -1 : world.minted;
  return {
    save: () => {
      // Each request and each event has an id; what has none is delivered once more, at worst.
      if (world.minted === saved) return;
      const text = stateOf(world);
      writeFileSync(`${path}.new`, text, { mode: 0o600 });
      renameSync(`${path}.new`, path);
      saved = world.minted;
    },
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
