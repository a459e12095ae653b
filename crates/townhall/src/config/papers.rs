//! The part of the configuration that says where papers are kept: without it in the data directory, else in a bucket.

use std::path::Path;

use townhall_store::files::{Keys, S3Settings};

use super::outside::address;
use super::{Values, secret, yes_or_no};

/// What most stores that are no cloud call their only region.
const REGION: &str = "us-east-1";
/// Below it everything lies when nothing else is said.
const PREFIX: &str = "papers";
/// What a bucket cannot be without.
const NEEDED: [&str; 4] = [
    "s3_endpoint",
    "s3_bucket",
    "s3_access_key_file",
    "s3_secret_key_file",
];
/// What only says more about a bucket.
const MORE: [&str; 3] = ["s3_region", "s3_prefix", "s3_path_style"];

impl Values {
    pub(super) fn papers(&mut self) -> Option<S3Settings> {
        for key in NEEDED.into_iter().chain(MORE) {
            // One missing key is told once.
            if let Some(missing) = NEEDED
                .into_iter()
                .find(|needed| !self.values.contains_key(*needed))
            {
                self.needs(key, missing);
            }
        }
        let endpoint = self.get("s3_endpoint", address);
        let bucket = self.get("s3_bucket", bucket);
        let region = self.get("s3_region", region).unwrap_or_else(|| REGION.to_owned());
        let prefix = self.get("s3_prefix", prefix).unwrap_or_else(|| PREFIX.to_owned());
        let path_style = self.get("s3_path_style", yes_or_no).unwrap_or(true);
        let access = self.get("s3_access_key_file", |text| secret(Path::new(text)));
        let secret = self.get("s3_secret_key_file", |text| secret(Path::new(text)));
        // Whether it can be read is told where the servers outside are configured.
        let authorities = self.values.get("authority_file");
        let authorities = authorities.and_then(|written| std::fs::read(&written.text).ok());
        let settings = S3Settings {
            endpoint: endpoint?,
            bucket: bucket?,
            region,
            prefix,
            path_style,
            keys: Keys {
                access: access?,
                secret: secret?,
            },
            authorities: authorities.into_iter().collect(),
            patience: S3Settings::PATIENCE,
        };
        if let Err(error) = settings.check() {
            let place = self.values.get("s3_endpoint")?.place.clone();
            self.wrong(place, format!("`s3_endpoint`: {error}"));
        }
        Some(settings)
    }
}

fn bucket(text: &str) -> Result<String, String> {
    let fits = (3..=63).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    fits.then(|| text.to_owned())
        .ok_or_else(|| format!("the name of a bucket such as town-papers is wanted, not {text}"))
}

fn region(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    fits.then(|| text.to_owned())
        .ok_or_else(|| format!("a region such as us-east-1 is wanted, not {text}"))
}

/// Empty for the whole bucket.
fn prefix(text: &str) -> Result<String, String> {
    let text = text.trim_matches('/');
    let is_part = |part: &str| {
        let fits = part
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        !part.is_empty() && fits && !part.bytes().all(|b| b == b'.')
    };
    if text.is_empty() || (text.len() <= 200 && text.split('/').all(is_part)) {
        Ok(text.to_owned())
    } else {
        Err(format!("a prefix such as thuan-an/papers is wanted, not {text}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_leads_nowhere_else() {
        for (typed, read) in [("", ""), ("/", ""), ("/a/b.c/", "a/b.c"), ("24682", "24682")] {
            assert_eq!(prefix(typed).as_deref(), Ok(read));
        }
        for wrong in ["a//b", "..", "a/../b", "a b", "a?b", "giấy"] {
            assert!(prefix(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bucket_has_a_name_that_stores_take() {
        assert!(bucket("town-papers.2025").is_ok());
        for wrong in ["ab", "Town", "a/b", "town_papers", ""] {
            assert!(bucket(wrong).is_err(), "{wrong}");
        }
    }
}
