import { createContext, useCallback, useContext, useEffect, useState } from 'react';

/** Keeps a form from being sent, by the name of what is not known; @returns what lets it go. */
type Hold = (name: string) => () => void;

export const HoldContext = createContext<Hold | undefined>(undefined);

/** Keeps the form around it, if any, from being sent while something that it asks is not known. */
export function useHold(name: string, isUnknown: boolean): void {
  const hold = useContext(HoldContext);
  useEffect(() => (isUnknown ? hold?.(name) : undefined), [hold, name, isUnknown]);
}

/** What keeps a form: `names` are to be said once `isRefused` was asked. */
export function useHolds() {
  const [names, setNames] = useState<readonly string[]>([]);
  const [isAsked, setAsked] = useState(false);
  const hold = useCallback<Hold>((name) => {
    setNames((was) => [...was, name]);
    return () => setNames((was) => was.toSpliced(was.indexOf(name), 1));
  }, []);
  /** @returns whether the form must not be sent now. */
  function isRefused(): boolean {
    setAsked(names.length > 0);
    return names.length > 0;
  }
  return { hold, isRefused, told: isAsked ? [...new Set(names)] : [] };
}
