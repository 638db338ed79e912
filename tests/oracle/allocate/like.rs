//! Patterns of SQL's `like`, which seeds may hold.

/// Whether a text fits a pattern: `%` is any text, `_` any character, all else itself.
pub(super) fn like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    // Which beginnings of the text fit the pattern so far.
    let mut fits = vec![false; text.len() + 1];
    fits[0] = true;
    for sign in pattern {
        let before = std::mem::replace(&mut fits, vec![false; text.len() + 1]);
        for end in 0..=text.len() {
            fits[end] = match sign {
                '%' => before[end] || (end > 0 && fits[end - 1]),
                '_' => end > 0 && before[end - 1],
                letter => end > 0 && before[end - 1] && text[end - 1] == letter,
            };
        }
    }
    fits[text.len()]
}
