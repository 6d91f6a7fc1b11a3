import { useLayoutEffect, useRef, useState, type RefObject } from 'react';

/**
 * Whether a place is too narrow for its content. Measured on the element and not the window:
 * the same table stands in a page, beside a sidebar, and in a drawer.
 * @param minWidth in CSS pixels.
 */
export function useNarrow(minWidth: number): [RefObject<HTMLDivElement | null>, boolean] {
  const frame = useRef<HTMLDivElement>(null);
  const [narrow, setNarrow] = useState(false);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = (): void => setNarrow(element.clientWidth < minWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
    // The frame is another element once the layout has switched.
  }, [minWidth, narrow]);
  return [frame, narrow];
}
