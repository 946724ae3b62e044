function shipping(order) {
  if ($0order.items.length * order.weight$0 > 100) {
    return 20;
  }
  return 5;
}

module.exports = { shipping };
