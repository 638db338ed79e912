//! What strangers write: texts of `tests/fuzz/corpus/`, spoilt in every way, and texts that are none.
//!
//! Each kind has a trial in the tests of the module that reads it, called `fuzz_<kind>_...`. Draws are the same in each
//! run; `APPORTION_FUZZ=<seconds>` draws others, for that long, and `APPORTION_FUZZ_TEXT=<file>` reads that file alone.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::STACK;

/// How many texts are tried if nothing else is said.
const TRIES: usize = 500;
/// After how long a text is one that never ends.
const ENDLESS: Duration = Duration::from_secs(60);
/// How long a spoilt text may be.
const LONGEST: usize = 40_000;

/// A kind of text with the words that matter in it.
pub(crate) struct Kind {
    /// The folder of its texts in the corpus.
    pub(crate) name: &'static str,
    /// What is put into texts of this kind.
    pub(crate) words: &'static [&'static str],
}

/// Has `read` read the corpus of `kind`, and what is made of it. It has to end, and must not panic; in a panic, or if
/// the whole process dies, the text is found in a file.
pub(crate) fn run(kind: &Kind, read: impl Fn(&[u8]) + Send + 'static) {
    let (name, words) = (kind.name, kind.words);
    if let Some(text) = std::env::var_os("APPORTION_FUZZ_TEXT") {
        let worker = thread::Builder::new().stack_size(STACK).spawn(move || read(&std::fs::read(text).unwrap()));
        assert!(worker.unwrap().join().is_ok());
        return;
    }
    let corpus = corpus(name);
    assert!(!corpus.is_empty(), "tests/fuzz/corpus/{name} is empty");
    let seconds = std::env::var("APPORTION_FUZZ").ok().and_then(|text| text.parse().ok());
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let last = std::env::temp_dir().join(format!("apportion-fuzz-{name}-{}", std::process::id()));
    let written = last.clone();
    let (done, progress) = mpsc::channel();
    let trial = move || {
        let seed = if until.is_some() { rand_seed() } else { 7 };
        let mut draw = Draw { random: ChaCha8Rng::seed_from_u64(seed), corpus, words };
        let attempt = |text: &[u8]| {
            std::fs::write(&written, text).unwrap();
            read(text);
            // Nobody listens any more once the trial has failed.
            let _ = done.send(());
        };
        for text in draw.corpus.clone() {
            attempt(&text);
        }
        let mut tries = 0;
        while until.map_or(tries < TRIES, |until| Instant::now() < until) {
            attempt(&draw.text());
            tries += 1;
        }
    };
    let worker = thread::Builder::new().name(format!("fuzz {name}")).stack_size(STACK).spawn(trial).unwrap();
    loop {
        match progress.recv_timeout(ENDLESS) {
            Ok(()) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("this is not read to its end: {}", last.display()),
        }
    }
    assert!(worker.join().is_ok(), "this is not read well: {}", last.display());
    let _ = std::fs::remove_file(last);
}

/// Any number, to draw other texts than before.
fn rand_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}

/// The texts of `name`, by the names of their files.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

struct Draw {
    random: ChaCha8Rng,
    corpus: Vec<Vec<u8>>,
    words: &'static [&'static str],
}

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.random.random_range(0..most.max(1))
    }

    /// A text of the corpus with a few things changed; now and then words alone, or bytes alone.
    fn text(&mut self) -> Vec<u8> {
        let mut text = match self.below(20) {
            0 => self.bytes(200),
            1..=3 => self.sentence(),
            _ => self.known(),
        };
        for _ in 0..self.below(6) {
            self.spoil(&mut text);
        }
        text.truncate(LONGEST);
        text
    }

    fn known(&mut self) -> Vec<u8> {
        let index = self.below(self.corpus.len());
        self.corpus[index].clone()
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let mut bytes = vec![0; self.below(most)];
        self.random.fill_bytes(&mut bytes);
        bytes
    }

    fn word(&mut self) -> Vec<u8> {
        const ANY: [&str; 24] = [
            "\n",
            "\r\n",
            "\r",
            "\t",
            " ",
            "\u{feff}",
            "ü",
            "😀",
            "\u{2028}",
            "\0",
            "\"",
            "'",
            "(",
            ")",
            "[",
            "{",
            "}",
            "]",
            ",",
            ":",
            "#",
            "\\",
            "1e99999",
            "99999999999999999999999",
        ];
        let index = self.below(self.words.len() + ANY.len());
        self.words.get(index).copied().unwrap_or_else(|| ANY[index - self.words.len()]).as_bytes().to_vec()
    }

    fn sentence(&mut self) -> Vec<u8> {
        let length = self.below(30);
        (0..length).flat_map(|_| self.word()).collect()
    }

    /// Two places in `text`, the first not behind the second.
    fn range(&mut self, text: &[u8]) -> (usize, usize) {
        let (one, other) = (self.below(text.len() + 1), self.below(text.len() + 1));
        (one.min(other), one.max(other))
    }

    fn spoil(&mut self, text: &mut Vec<u8>) {
        let at = self.below(text.len() + 1);
        let (start, end) = self.range(text);
        match self.below(10) {
            0 => drop(text.drain(start..end)),
            1 => text.truncate(at),
            2 if !text.is_empty() => {
                let at = self.below(text.len());
                text[at] ^= 1 << self.below(8);
            }
            3 => {
                // A piece many times over: nested deeply, or long.
                let piece = text[start..end.min(start + 20)].to_vec();
                let times = 1 << self.below(14);
                let many = piece.repeat(times.min(LONGEST / piece.len().max(1)));
                text.splice(at..at, many);
            }
            4 => {
                let piece = text[start..end].to_vec();
                text.splice(at..at, piece);
            }
            5 => {
                let other = self.known();
                let (start, end) = self.range(&other);
                text.splice(at..at, other[start..end].iter().copied());
            }
            6 => {
                let word = self.word();
                let times = 1 << self.below(13);
                let many = word.repeat(times.min(LONGEST / word.len().max(1)));
                text.splice(at..at, many);
            }
            7 => {
                let bytes = self.bytes(8);
                text.splice(at..at, bytes);
            }
            _ => {
                let word = self.word();
                text.splice(at..at, word);
            }
        }
    }
}
