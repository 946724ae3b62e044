/** Points in a plane. */

function distance$0(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

module.exports = { distance };
