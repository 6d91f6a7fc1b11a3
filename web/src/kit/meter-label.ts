interface Named {
  slug: string;
  name: string;
}

/** @returns the meter's name for a list of `meters`; where another has the same, with its slug. */
export function meterLabel(meter: Named, meters: readonly Named[]): string {
  const name = meter.name.trim().toLowerCase();
  const same = meters.filter((one) => one.name.trim().toLowerCase() === name);
  return same.length > 1 ? `${meter.name} (${meter.slug})` : meter.name;
}
