//! The real binary from outside: started, talked to, asked to stop, killed.

mod bucket;
mod bucket_commands;
mod demo;
mod faults;
mod office;
mod papers;
mod provider;
mod serve;
mod support;
mod tools;
