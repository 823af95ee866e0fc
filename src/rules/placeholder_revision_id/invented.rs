//! Recognizes ids that were invented rather than generated.
//!
//! A random id of twelve hexadecimal digits looks invented less than once in a million.

/// Words that programmers spell with hexadecimal digits.
const WORDS: [&str; 4] = ["deadbeef", "deadbeaf", "cafebabe", "feedface"];

/// Returns whether an id was evidently invented.
pub(super) fn is_invented(id: &str) -> bool {
    let id = id.to_ascii_lowercase();
    let characters: Vec<u8> = id.bytes().collect();
    if characters.len() < 6 || !characters.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    if WORDS.iter().any(|word| id.starts_with(word)) {
        return true;
    }
    // Digits alone may be a count, a date or a time of day, unless they are very regular.
    if characters.iter().all(u8::is_ascii_digit) {
        return characters.len() >= 12 && repeats(&characters)
            || characters.len() >= 8 && runs(&characters);
    }
    repeats(&characters) || runs(&characters) || interleaves(&characters)
}

/// Returns whether an id repeats a period of one to four characters: `abababab`.
fn repeats(id: &[u8]) -> bool {
    let has_period = |period: usize| id.iter().zip(&id[period..]).all(|(one, other)| one == other);
    id.len() >= 8 && (1..=4).any(has_period)
}

/// Returns whether an id consists of ascending runs of three or more characters: `123abc456def`.
fn runs(id: &[u8]) -> bool {
    let mut length = 1;
    for pair in id.windows(2) {
        match step(pair[0], pair[1]) {
            Some(Step::Up) => length += 1,
            _ if length < 3 => return false,
            _ => length = 1,
        }
    }
    length >= 3
}

/// Returns whether one to three interleaved sequences count up or down: `a1b2c3d4e5f6`, `aabbccddeeff`.
///
/// Long ids may break the sequence a few times.
fn interleaves(id: &[u8]) -> bool {
    (1..=3).any(|stride| {
        let places = id.len() - stride;
        let needed = match places {
            10.. if alternates(id) => places - 3,
            10.. => places - 2,
            6..10 => places,
            // Other short ids may be words or numbers.
            _ if alternates(id) => places,
            _ => return false,
        };
        kept(id, stride) >= needed
    })
}

/// Counts the characters that continue the one `stride` before, in the direction of their sequence.
fn kept(id: &[u8], stride: usize) -> usize {
    let sequence = |phase: usize| {
        let places = (phase + stride..id.len()).step_by(stride);
        let steps = places.filter_map(|place| step(id[place - stride], id[place]));
        let (up, down): (Vec<Step>, Vec<Step>) = steps.partition(|step| *step == Step::Up);
        up.len().max(down.len())
    };
    (0..stride).map(sequence).sum()
}

/// Returns whether letters and digits alternate.
fn alternates(id: &[u8]) -> bool {
    id.windows(2).all(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Up,
    Down,
}

/// Returns the direction in which two characters are neighbors. The order wraps after `9`, `f` and `z`.
fn step(from: u8, to: u8) -> Option<Step> {
    if follows(from, to) {
        return Some(Step::Up);
    }
    follows(to, from).then_some(Step::Down)
}

fn follows(from: u8, to: u8) -> bool {
    match (from, to) {
        (b'9' | b'f' | b'z', b'0' | b'a') => true,
        _ => from.checked_add(1) == Some(to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_and_programs_make_up() {
        for id in [
            "a1b2c3d4e5f6",
            "A1B2C3D4E5F6",
            "b2c3d4e5f6a7",
            "f9a0b1c2d3e4",
            "f1e2d3c4b5a6",
            "1a2b3c4d5e6f",
            "9f8e7d6c5b4a",
            "a1b2c3d4e5f7",
            "a1b2c9d3e4f5",
            "a1b2c3d4e5f6a7b8",
            "a1b2c3",
            "a1b2c3d4",
            "123456789abc",
            "abcdef123456",
            "0123456789ab",
            "fedcba987654",
            "abc123def456",
            "abc123",
            "abcdef",
            "12345678",
            "1234567890ab",
            "aaaaaaaaaaaa",
            "abababababab",
            "000000000000",
            "123412341234",
            "aabbccddeeff",
            "aaabbbcccddd",
            "deadbeef0001",
            "cafebabe1234",
        ] {
            assert!(is_invented(id), "{id}");
        }
    }

    #[test]
    fn numbers_dates_names_and_random_ids_are_fine() {
        for id in [
            "",
            "a",
            "0001",
            "001",
            "38",
            "0123",
            "1234",
            "000001",
            "123456",
            "111111",
            "00000000",
            "20240101",
            "20240101_1200",
            "20200101000000",
            "202401011200",
            "20111213141516",
            "1777278349",
            "v3.2.0",
            "v320",
            "rev_000000001",
            "add_users",
            "initial",
            "abc",
            "aaaa",
            "1975ea83b712",
            "ae1027a6acf",
            "4f0405411201",
            "eee3c3d4e4d4",
            "43287cd10fef",
            "f3afaf1f11f0",
            "defghost",
            "é1é2é3é4é5é6",
        ] {
            assert!(!is_invented(id), "{id}");
        }
    }

    #[test]
    fn a_random_id_is_hardly_ever_taken_for_invented() {
        // A xorshift generator, so that the ids are the same on every run.
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            format!("{:012x}", state >> 16)
        };
        let invented: Vec<String> =
            (0..1_000_000).map(|_| next()).filter(|id| is_invented(id)).collect();
        assert!(invented.len() <= 1, "{invented:?}");
    }
}
