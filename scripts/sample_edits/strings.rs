/// Returns the first word of a text.
pub fn first_word(text: &str) -> &str {
    text.split(' ').next().unwrap_or("")
}

pub fn is_palindrome$0(text: &str) -> bool {
    let letters: Vec<char> = text
        .chars()
        .filter(|one| one.is_alphanumeric())
        .map(|one| one.to_ascii_lowercase())
        .collect();
    letters.iter().eq(letters.iter().rev())
}
