//! The real binary from outside: started, talked to, asked to stop, killed.

mod demo;
mod papers;
mod serve;
mod support;
mod tools;
