//! The payload of a VietQR code: a bank transfer that every Vietnamese banking app fills in by itself.
//!
//! EMVCo QR code for merchant presentment, with NAPAS' account information in tag 38
//! (NAPAS, VietQR format for fast transfer 24/7, version 1.5).
//! A payload is a chain of tag (two digits), length (two digits) and value; the last one is a checksum.

use unicode_normalization::UnicodeNormalization;

use crate::money::Dong;

/// The most characters of a note that apps keep.
pub const NOTE_CHARS: usize = 25;
/// NAPAS as the scheme, then the service "transfer to an account".
const NAPAS: &str = "A000000727";
const TO_ACCOUNT: &str = "QRIBFTTA";
/// ISO 4217 code of the đồng.
const CURRENCY: &str = "704";

/// Why no payload can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VietQrError {
    /// The bank identification number is not six digits.
    #[error("a bank identification number has six digits")]
    Bank,
    /// The account number is not 1 to 19 letters and digits.
    #[error("an account number has 1 to 19 letters and digits")]
    Account,
    /// The amount is not positive or has more than 13 digits.
    #[error("an amount is positive and has at most 13 digits")]
    Amount,
    /// A bill number or note is too long, or not plain ASCII.
    #[error("a bill number and a note have at most {NOTE_CHARS} plain characters")]
    Words,
}

/// Where the money goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankAccount {
    bank: String,
    number: String,
}

impl BankAccount {
    /// A bank by its NAPAS identification number (BIN, for example `970403`) and an account there; blanks are dropped.
    ///
    /// # Errors
    /// [`VietQrError::Bank`], [`VietQrError::Account`].
    pub fn parse(bank: &str, number: &str) -> Result<Self, VietQrError> {
        let dense = |raw: &str| raw.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let (bank, number) = (dense(bank), dense(number));
        if bank.len() != 6 || !bank.bytes().all(|b| b.is_ascii_digit()) {
            return Err(VietQrError::Bank);
        }
        if !(1..=19).contains(&number.len()) || !number.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(VietQrError::Account);
        }
        Ok(Self { bank, number })
    }

    /// The account number, as it is told to people beside the code.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The bank's identification number.
    pub fn bank(&self) -> &str {
        &self.bank
    }
}

/// The payload for a transfer to `to`. Without an amount the payer types it. `bill` is a bill number, `note` the text
/// of the transfer by which the payment is recognised again; both plain ASCII, see [`plain_note`]. Empty ones are left out.
///
/// # Errors
/// [`VietQrError::Amount`], [`VietQrError::Words`].
pub fn payload(
    to: &BankAccount,
    amount: Option<Dong>,
    bill: &str,
    note: &str,
) -> Result<String, VietQrError> {
    let mut out = field("00", "01");
    out += &field("01", if amount.is_some() { "12" } else { "11" });
    let account = field("00", &to.bank) + &field("01", &to.number);
    out += &field(
        "38",
        &(field("00", NAPAS) + &field("01", &account) + &field("02", TO_ACCOUNT)),
    );
    out += &field("53", CURRENCY);
    if let Some(Dong(amount)) = amount {
        if !(1..=9_999_999_999_999).contains(&amount) {
            return Err(VietQrError::Amount);
        }
        out += &field("54", &amount.to_string());
    }
    out += &field("58", "VN");
    let mut additional = String::new();
    for (tag, words) in [("01", bill), ("08", note)] {
        if words.len() > NOTE_CHARS || !words.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
            return Err(VietQrError::Words);
        }
        if !words.is_empty() {
            additional += &field(tag, words);
        }
    }
    if !additional.is_empty() {
        out += &field("62", &additional);
    }
    // The checksum covers its own tag and length.
    out += "6304";
    let sum = crc16(out.as_bytes());
    Ok(format!("{out}{sum:04X}"))
}

/// A note as banks accept it: Vietnamese letters without their marks, letters, digits, blanks and `-.` only,
/// at most [`NOTE_CHARS`] characters.
pub fn plain_note(raw: &str) -> String {
    let plain = raw.nfd().filter_map(|c| match c {
        'đ' => Some('d'),
        'Đ' => Some('D'),
        c if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') => Some(c),
        c if c.is_whitespace() => Some(' '),
        _ => None,
    });
    let text: String = plain.collect();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words
        .chars()
        .take(NOTE_CHARS)
        .collect::<String>()
        .trim_end()
        .to_owned()
}

fn field(tag: &str, value: &str) -> String {
    format!("{tag}{:02}{value}", value.len())
}

/// CRC-16/CCITT-FALSE: polynomial 1021, start FFFF, nothing reflected.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| {
            if sum & 0x8000 == 0 {
                sum << 1
            } else {
                sum << 1 ^ 0x1021
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> BankAccount {
        BankAccount::parse("970403", "0011 0123 45678").expect("an account")
    }

    #[test]
    fn the_examples_of_the_napas_specification_come_out_byte_for_byte() {
        assert_eq!(
            payload(&account(), None, "", ""),
            Ok("00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F".to_owned())
        );
        assert_eq!(
            payload(&account(), Some(Dong(180_000)), "NPS6869", "thanh toan don hang"),
            Ok(
                "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA53037045406180000\
                5802VN62340107NPS68690819thanh toan don hang63042E2E"
                    .to_owned()
            )
        );
    }

    #[test]
    fn the_checksum_is_the_standard_one() {
        assert_eq!(crc16(b"123456789"), 0x29b1);
    }

    #[test]
    fn a_note_in_vietnamese_becomes_plain_and_short() {
        assert_eq!(
            plain_note("  Đóng   phí chứng thực: số 12 "),
            "Dong phi chung thuc so 12"
        );
        assert_eq!(
            plain_note("HS H36.24682-250805-0019 nộp lệ phí hộ tịch"),
            "HS H36.24682-250805-0019"
        );
        assert!(payload(&account(), None, "", &plain_note("Ư".repeat(99).as_str())).is_ok());
    }

    #[test]
    fn what_no_bank_would_take_is_refused() {
        assert_eq!(BankAccount::parse("97040", "1"), Err(VietQrError::Bank));
        assert_eq!(BankAccount::parse("970403", ""), Err(VietQrError::Account));
        assert_eq!(BankAccount::parse("970403", "12-34"), Err(VietQrError::Account));
        assert_eq!(
            payload(&account(), Some(Dong(0)), "", ""),
            Err(VietQrError::Amount)
        );
        assert_eq!(
            payload(&account(), Some(Dong(10_000_000_000_000)), "", ""),
            Err(VietQrError::Amount)
        );
        assert_eq!(payload(&account(), None, "", "phí"), Err(VietQrError::Words));
        assert_eq!(
            payload(&account(), None, "", &"x".repeat(26)),
            Err(VietQrError::Words)
        );
    }
}
