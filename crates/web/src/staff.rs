//! Staff.
use townhall_domain::permission::Right;
/// Key of a right's words.
pub fn right_key(right: Right) -> String {
    format!("right-{}", right.as_str().replace('_', "-"))
}
