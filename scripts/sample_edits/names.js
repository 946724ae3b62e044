function initials(name) {
  // Split the name$0 at blanks and return the first letters in capitals, joined without anything between.
}

module.exports = { initials };
