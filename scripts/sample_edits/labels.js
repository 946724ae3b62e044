function label(user) {
  return "Name: " +$0 user.name + " (" + user.age + ")";
}

module.exports = { label };
