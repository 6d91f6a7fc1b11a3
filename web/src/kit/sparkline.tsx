const HEIGHT = 16;
const BAR = 5;
const GAP = 2;

/** Small bars without axes, oldest first. `label` says what they show. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const most = Math.max(1, ...values);
  const width = values.length * (BAR + GAP) - GAP;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      width={width}
      height={HEIGHT}
      className="inline-block shrink-0 align-middle text-accent"
    >
      {values.map((value, at) => {
        const height = value === 0 ? 1 : Math.max(2, (value / most) * HEIGHT);
        return (
          <rect
            key={at}
            x={at * (BAR + GAP)}
            y={HEIGHT - height}
            width={BAR}
            height={height}
            fill={value === 0 ? 'var(--line-strong)' : 'currentColor'}
          />
        );
      })}
    </svg>
  );
}
