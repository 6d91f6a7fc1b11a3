/**
 * The server's name of a body field in react-hook-form's terms: '/prices/0/amount',
 * 'body.prices[0].amount' and 'prices.0.amount' are all 'prices.0.amount'.
 */
export function fieldPath(path: string): string {
  return path
    .replace(/\[(\d+)\]/g, '.$1')
    .replaceAll('/', '.')
    .replace(/^\.+/, '')
    .replace(/^body\./, '');
}
