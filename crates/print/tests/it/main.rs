//! Tests from outside: papers as a caller gets them.

mod manual;
mod render;
