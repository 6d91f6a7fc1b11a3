import { cloneElement, Suspense, useState, type ComponentType, type ReactElement } from 'react';
import type { ComponentProps } from 'react';

/** A menu with this trigger, open as soon as it is there. */
export type OpenMenu = ComponentType<{ trigger: ReactElement }>;

interface LaterMenuProps {
  /** The button that opens it; its name says what the menu is about. */
  trigger: ReactElement<ComponentProps<'button'>>;
  /** Made by `lazy`: nobody needs a menu to read a page, so it loads when it is asked for. */
  menu: OpenMenu;
}

/** A menu that is loaded with the first click on its button. */
export function LaterMenu({ trigger, menu: Menu }: LaterMenuProps) {
  const [wanted, setWanted] = useState(false);
  const closed = cloneElement(trigger, {
    'aria-haspopup': 'menu',
    'aria-expanded': false,
    onClick: () => setWanted(true),
  });
  if (!wanted) return closed;
  return (
    <Suspense fallback={closed}>
      <Menu trigger={trigger} />
    </Suspense>
  );
}
