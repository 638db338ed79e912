//! Random numbers that can be made again: hashes for what varies by hour, and made-up ids.
//!
//! A number depends only on the words it is made from, never on what was drawn before, so a month
//! streams and its bytes do not depend on the order of work.

const HEX: &[u8; 16] = b"0123456789abcdef";
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const SKU: &[u8; 32] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ7";

/// A well mixed number from some words.
pub(super) fn mix(words: &[u64]) -> u64 {
    words.iter().fold(0x9e37_79b9_7f4a_7c15, |state, word| {
        let mut z = (state ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

/// A number from a text, for ids that belong to a name.
pub(super) fn mix_text(seed: u64, text: &str) -> u64 {
    text.bytes().fold(mix(&[seed]), |state, byte| mix(&[state, u64::from(byte)]))
}

/// A number from 0 to below `below`.
pub(super) fn under(hash: u64, below: u64) -> u64 {
    ((u128::from(hash) * u128::from(below)) >> 64) as u64
}

/// The 52 letters of a line item id.
pub(super) fn write_line_id(hash: u64, out: &mut String) {
    for word in 0..4 {
        let mut bits = mix(&[hash, word]);
        for _ in 0..13 {
            out.push(char::from(BASE32[(bits & 31) as usize]));
            bits >>= 5;
        }
    }
}

/// `count` hexadecimal digits.
pub(super) fn hex(hash: u64, count: u64) -> String {
    (0..count).map(|n| char::from(HEX[under(mix(&[hash, n]), 16) as usize])).collect()
}

/// A UUID in its usual five groups.
pub(super) fn uuid(hash: u64) -> String {
    let digits = hex(hash, 32);
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

/// An id by a pattern: its `{region}` and `{account}` are given, its `{hex8}`, `{hex16}`, `{hex32}`
/// and `{uuid}` are made from the hash.
pub(super) fn id(pattern: &str, region: &str, account: &str, hash: u64) -> String {
    let digits = hex(hash, 32);
    pattern
        .replace("{region}", region)
        .replace("{account}", account)
        .replace("{uuid}", &uuid(hash))
        .replace("{hex8}", &digits[..8])
        .replace("{hex16}", &digits[..16])
        .replace("{hex32}", &digits)
}

/// The 16 letters and digits of a product SKU.
pub(super) fn sku(hash: u64) -> String {
    (0..16).map(|n| char::from(SKU[under(mix(&[hash, n]), 32) as usize])).collect()
}

/// A decimal number of exactly `count` digits.
pub(super) fn digits(hash: u64, count: u32) -> String {
    let least = 10_u64.pow(count - 1);
    (least + under(hash, 9 * least)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_length_and_repeat() {
        let mut id = String::new();
        write_line_id(7, &mut id);
        assert_eq!(id.len(), 52);
        assert_eq!((sku(1).len(), digits(1, 9).len(), uuid(1).len()), (16, 9, 36));
        assert_eq!(mix_text(1, "m5"), mix_text(1, "m5"));
        assert_ne!(mix_text(1, "m5"), mix_text(2, "m5"));
    }
}
