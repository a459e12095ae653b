//! Signing in and out, and who acts in a request.

pub mod password;
pub mod secret;
pub mod throttle;
pub mod totp;
