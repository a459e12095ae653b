//! Addresses with queries.

use std::fmt::Write as _;

/// `path` with a query; pairs with an empty value are left out.
pub fn href(path: &str, query: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    let mut mark = if path.contains('?') { '&' } else { '?' };
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(mark);
        encode(&mut address, name);
        address.push('=');
        encode(&mut address, value);
        mark = '&';
    }
    address
}

/// The address with `name` set to `value` in its query (taken out when `value` is empty); the rest stays.
pub fn with_query(address: &str, name: &str, value: &str) -> String {
    let address = address.split('#').next().unwrap_or_default();
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let mut kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name))
        .collect();
    let mut own = String::new();
    if !value.is_empty() {
        encode(&mut own, name);
        own.push('=');
        encode(&mut own, value);
        kept.push(&own);
    }
    if kept.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", kept.join("&"))
    }
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn encode(into: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_encoded_and_empty_values_are_left_out() {
        assert_eq!(
            href("/dossiers", &[("q", "Điểu & con"), ("state", "")]),
            "/dossiers?q=%C4%90i%E1%BB%83u%20%26%20con"
        );
        assert_eq!(href("/dossiers?a=1", &[("b", "2")]), "/dossiers?a=1&b=2");
    }

    #[test]
    fn one_part_of_a_query_can_be_set_or_taken_out() {
        assert_eq!(
            with_query("/work?tab=today&lang=vi", "lang", "en"),
            "/work?tab=today&lang=en"
        );
        assert_eq!(with_query("/work", "lang", "en"), "/work?lang=en");
        assert_eq!(with_query("/work?lang=en#top", "lang", ""), "/work");
    }
}
