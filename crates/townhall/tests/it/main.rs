//! The real binary from outside: started, talked to, asked to stop, killed.

mod demo;
mod papers;
mod faults;
mod office;
mod serve;
mod support;
mod tools;
