import { Menu as Base } from '@base-ui/react/menu';
import { clsx } from 'clsx';
import { Check } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';

const ITEM = clsx(
  'flex min-h-8 cursor-default items-center gap-2 rounded-md px-2.5 py-1.5',
  'select-none outline-none',
  'data-highlighted:bg-sunken [&_svg]:size-4 [&_svg]:text-ink-soft',
);

interface MenuProps {
  /** The button that opens it; its name says what the menu is about. */
  trigger: ReactElement;
  align?: 'start' | 'end';
  /** It was asked for before it was there. */
  opened?: boolean;
  children: ReactNode;
}

/** A list of actions behind a button. */
export function Menu({ trigger, align = 'end', opened = false, children }: MenuProps) {
  return (
    <Base.Root modal={false} defaultOpen={opened}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="z-50 outline-none" sideOffset={6} align={align}>
          <Base.Popup
            className={clsx(
              'max-h-(--available-height) max-w-(--available-width) min-w-44 overflow-y-auto',
              'rounded-lg border border-line',
              'bg-raised p-1 shadow-lg outline-none transition-opacity duration-100',
              'data-ending-style:opacity-0 data-starting-style:opacity-0',
            )}
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

interface MenuItemProps {
  onSelect: () => void;
  danger?: boolean;
  disabled?: boolean;
  children: ReactNode;
}

export function MenuItem({ onSelect, danger = false, disabled = false, children }: MenuItemProps) {
  return (
    <Base.Item
      className={clsx(ITEM, danger && 'text-danger [&_svg]:text-danger', disabled && 'opacity-50')}
      disabled={disabled}
      onClick={onSelect}
    >
      {children}
    </Base.Item>
  );
}

export function MenuSeparator() {
  return <Base.Separator className="mx-1 my-1 h-px bg-line" />;
}

interface MenuChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
}

/** One of several, inside a menu; the chosen one carries a check mark. */
export function MenuChoice<Value extends string>(props: MenuChoiceProps<Value>) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-ink-soft">
        {props.label}
      </Base.GroupLabel>
      <Base.RadioGroup value={props.value} onValueChange={(value: Value) => props.onChange(value)}>
        {props.options.map((option) => (
          <Base.RadioItem key={option.value} value={option.value} className={ITEM} closeOnClick>
            <span className="min-w-0 flex-1 truncate">{option.label}</span>
            <Base.RadioItemIndicator>
              <Check aria-hidden />
            </Base.RadioItemIndicator>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}
