function countWords(text) {
  const count = 0;
  for (const word of text.split(" ")) {
    if (word.length > 0) {
      count$0 += 1;
    }
  }
  return count;
}

module.exports = { countWords };
