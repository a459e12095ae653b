//! One-time codes by time (RFC 6238): six digits, thirty seconds, SHA-1, as every authenticator app knows them.

use totp_rs::{Algorithm, TOTP};
use townhall_domain::time::Timestamp;

/// Seconds in which a code is the same.
const STEP_SECONDS: u64 = 30;
const DIGITS: usize = 6;
/// Bytes of a secret: as long as the hash (RFC 4226, section 4).
pub const SECRET_BYTES: usize = 20;

/// The time step for which the code is right: this one, the one before or the one after, since clocks differ.
///
/// Whoever accepts the code must take the step, so that a code seen over a shoulder is worth nothing.
pub fn matching_step(secret: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let typed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if typed.len() != DIGITS || !typed.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = u64::try_from(now.as_second()).ok()?;
    let step = seconds / STEP_SECONDS;
    // All three are computed, so that the time taken tells nothing.
    let mut found = None;
    for candidate in [step + 1, step, step.saturating_sub(1)] {
        if same(code_at_step(secret, candidate).as_bytes(), typed.as_bytes()) {
            found = i64::try_from(candidate).ok();
        }
    }
    found
}

/// The code that an authenticator app shows at an instant; for tests and for the demo's accounts.
pub fn code_at(secret: &[u8], now: Timestamp) -> String {
    code_at_step(secret, u64::try_from(now.as_second()).unwrap_or(0) / STEP_SECONDS)
}

fn code_at_step(secret: &[u8], step: u64) -> String {
    let totp = TOTP::new_unchecked(Algorithm::SHA1, DIGITS, 1, STEP_SECONDS, secret.to_vec());
    totp.generate(step * STEP_SECONDS)
}

fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// The secret as people type it into an app: base32 in groups of four.
pub fn secret_text(secret: &[u8]) -> String {
    let letters = base32(secret);
    letters
        .as_bytes()
        .chunks(4)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Reads what [`secret_text`] wrote.
pub fn parse_secret(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(SECRET_BYTES);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for letter in text.chars().filter(|c| !c.is_whitespace()) {
        let value = ALPHABET
            .iter()
            .position(|known| char::from(*known) == letter.to_ascii_uppercase())?;
        buffer = (buffer << 5) | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((buffer >> bits) & 0xff).ok()?);
        }
        buffer &= (1 << bits) - 1;
    }
    (bytes.len() == SECRET_BYTES).then_some(bytes)
}

/// The address that an app reads from a QR code. User names are ASCII, so nothing needs escaping but the at sign.
pub fn enrolment_address(secret: &[u8], user_name: &str, node: &str) -> String {
    let node: String = node
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        .collect();
    let user_name = user_name.replace('@', "%40");
    format!(
        "otpauth://totp/Townhall%20{node}:{user_name}?secret={}&issuer=Townhall%20{node}",
        base32(secret)
    )
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    let letter = |value: u32| char::from(ALPHABET[(value & 31) as usize]);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(buffer >> bits));
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(letter(buffer << (5 - bits)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    const RFC_SECRET: &[u8; 20] = b"12345678901234567890";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_vectors_of_rfc_6238_hold() {
        // Appendix B gives eight digits; six-digit codes are their last six.
        for (second, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code_at(RFC_SECRET, at(second)), code[2..], "{second}");
            assert_eq!(
                matching_step(RFC_SECRET, &code[2..], at(second)),
                Some(second / 30),
                "{second}"
            );
        }
    }

    #[test]
    fn a_code_counts_one_step_early_or_late_and_no_more() {
        let code = code_at(RFC_SECRET, at(3_000));
        for (second, wanted) in [
            (2_939, None),
            (2_970, Some(100)),
            (3_029, Some(100)),
            (3_059, Some(100)),
            (3_060, None),
        ] {
            assert_eq!(matching_step(RFC_SECRET, &code, at(second)), wanted, "{second}");
        }
    }

    #[test]
    fn what_is_no_code_is_no_code() {
        let code = code_at(RFC_SECRET, at(59));
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        assert_eq!(
            matching_step(RFC_SECRET, &spaced, at(59)),
            Some(1),
            "people type a space in the middle"
        );
        for wrong in ["", "28708", "2870822", "28708a", "٢٨٧٠٨٢", "-28708"] {
            assert_eq!(matching_step(RFC_SECRET, wrong, at(59)), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_written_as_base32_and_read_back() {
        assert_eq!(secret_text(RFC_SECRET), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            parse_secret(&secret_text(RFC_SECRET)).as_deref(),
            Some(RFC_SECRET.as_slice())
        );
        assert_eq!(
            parse_secret("gezdgnbvgy3tqojqgezdgnbvgy3tqojq").as_deref(),
            Some(RFC_SECRET.as_slice())
        );
        for wrong in ["", "GEZD", "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJ1", "đ"] {
            assert_eq!(parse_secret(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_for_the_app_names_account_and_node() {
        let address = enrolment_address(RFC_SECRET, "an.nguyen", "thuan an/24682");
        assert_eq!(
            address,
            "otpauth://totp/Townhall%20thuanan24682:an.nguyen?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Townhall%20thuanan24682"
        );
    }
}
