//! Texts of words that are as frequent as those of a language: some are everywhere, most are rare.

/// Number of different words.
const WORDS: f64 = 30_000.0;

/// Words of a text.
const TEXT_WORDS: usize = 12;

/// The syllables of which words are made.
const SYLLABLES: [&str; 16] = [
    "an", "be", "cor", "de", "el", "fi", "gra", "hu", "in", "jo", "ka", "lem", "mi", "nos", "o",
    "tra",
];

/// Number of common words: the first is in half of all texts, the last in a fifth.
const COMMON: usize = 4;

/// Makes the same texts in each run.
pub(super) struct Words(fastrand::Rng);

impl Words {
    pub(super) fn new() -> Self {
        Self(fastrand::Rng::with_seed(7))
    }

    /// A text.
    pub(super) fn text(&mut self) -> String {
        let words: Vec<_> = (0..TEXT_WORDS).map(|_| self.word()).collect();
        words.join(" ")
    }

    /// A word: the n-th is as frequent as 1/n.
    pub(super) fn word(&mut self) -> String {
        let number = WORDS.powf(self.0.f64());
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is between 1 and WORDS"
        )]
        let number = number as usize;
        nth(number)
    }

    /// One of the words that are in most texts or in many.
    pub(super) fn common(&mut self) -> String {
        nth(self.0.usize(1..=COMMON))
    }
}

fn nth(mut number: usize) -> String {
    let mut word = String::new();
    while number > 0 {
        word += SYLLABLES[number % SYLLABLES.len()];
        number /= SYLLABLES.len();
    }
    word
}
