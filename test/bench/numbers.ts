/** Numbers as arguments name them and as tables show them. */

/** Positive numbers separated by commas, in ascending order, each once. Throws an Error that names the option. */
export function numberList(option: string, given: string): number[] {
  const numbers = given.split(',').map(Number);
  if (!numbers.every((number) => Number.isFinite(number) && number > 0)) throw new Error(`--${option} takes positive numbers separated by commas, not ${JSON.stringify(given)}`);
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Throws an Error that names the option. */
export function positiveNumber(option: string, given: string): number {
  const number = Number(given);
  if (!(Number.isFinite(number) && number > 0)) throw new Error(`--${option} takes a positive number, not ${JSON.stringify(given)}`);
  return number;
}

/** Three significant digits at least, thousands apart; '–' for what was not measured. */
export function shown(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return size >= 100 ? Math.round(value).toLocaleString('en-GB') : value.toFixed(size >= 10 ? 1 : 2);
}
