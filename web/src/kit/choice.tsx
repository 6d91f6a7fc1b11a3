import { clsx } from 'clsx';
import { useId } from 'react';
import { CONTROL } from './field.tsx';

interface Option<Value extends string> {
  value: Value;
  label: string;
}

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly Option<Value>[];
  onChange: (value: Value) => void;
}

/** A filter in one line: its name, then the browser's own list, which every device handles. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1 max-sm:flex-1 max-sm:basis-[40%]">
      <label htmlFor={id} className="text-xs font-medium text-ink-soft">
        {props.label}
      </label>
      <select
        id={id}
        value={props.value}
        onChange={(event) => {
          const chosen = props.options.find((option) => option.value === event.target.value);
          if (chosen) props.onChange(chosen.value);
        }}
        className={clsx(CONTROL, 'h-9 pr-2 sm:max-w-56')}
      >
        {props.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
