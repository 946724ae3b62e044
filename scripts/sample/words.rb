# Counts how often each word appears in a text.
def word_counts(text)
  counts = Hash.new(0)
  text.downcase.scan(/\w+/) { |word| counts[word] += 1 }
  coun$0
end
