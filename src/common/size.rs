//! Amounts of bytes as people write them.

/// `2GB`, `512MB`, `1.5GiB` or a plain number, in bytes; nothing if it is none of these.
pub fn bytes(text: &str) -> Option<u64> {
    let lower = text.trim().to_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &lower[digits.len()..] {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    let bytes = digits.trim().parse::<f64>().ok()? * factor;
    (0.0..1e18).contains(&bytes).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        assert_eq!(bytes("2GB"), Some(2_000_000_000));
        assert_eq!(bytes(" 1.5 GiB "), Some(1_610_612_736));
        assert_eq!(bytes("512mb"), Some(512_000_000));
        assert_eq!(bytes("0"), Some(0));
        for wrong in ["", "GB", "2 GBs", "-1", "1e30", "two"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}
