/** After `g` the letter must come within this, or it is a letter like any other. */
const SEQUENCE_MS = 1_500;
/** Where keys are text, or choose among what is listed there, they mean nothing else. */
const OWN_KEYS =
  'input, textarea, select, [contenteditable], [role=dialog], [role=alertdialog], [role=menu],' +
  '[role=listbox], [role=combobox]';

export type Press = Pick<
  KeyboardEvent,
  'key' | 'code' | 'metaKey' | 'ctrlKey' | 'altKey' | 'shiftKey' | 'timeStamp'
>;

export type Meaning = 'palette' | 'shortcuts' | { jump: string } | undefined;

/**
 * @returns a reader of key presses, one after the other: it says what each means.
 * `single` is whether keys without a modifier mean anything here.
 */
export function keyReader(): (press: Press, single: boolean) => Meaning {
  let beganAt: number | undefined;
  return (press, single) => {
    const letter = letterOf(press);
    const began = beganAt;
    beganAt = undefined;
    if (press.altKey) return undefined;
    if (press.metaKey || press.ctrlKey) {
      return letter === 'k' && !press.shiftKey ? 'palette' : undefined;
    }
    if (!single) return undefined;
    if (press.key === '?') return 'shortcuts';
    if (press.shiftKey || letter === undefined) return undefined;
    if (began !== undefined && press.timeStamp - began <= SEQUENCE_MS) return { jump: letter };
    if (letter === 'g') beganAt = press.timeStamp;
    return undefined;
  };
}

/** The letter that is typed or, where another script is typed, that is printed on the key. */
function letterOf({ key, code }: Press): string | undefined {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  return /^\p{L}$/u.test(key) ? /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() : undefined;
}

/** @returns whether single keys are this place's own. */
export function hasOwnKeys(place: EventTarget | null): boolean {
  return place instanceof Element && place.closest(OWN_KEYS) !== null;
}
