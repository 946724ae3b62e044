export interface Item {
  name: string;
  price: number;
  quantity: number;
}

/** The sum of all items, without shipping. */
export function subtotal(items: Item[]): number {
  return items.reduce((sum, item) => sum + item.price * item.quantity, 0);
}

/** The items that cost more than a limit, without their quantity. */
export function expensive(items: Item[], limit: number): Item[] {
  $0
}
