//! Site, fakes, generators and a PostgreSQL of its own, for tests only.
//!
//! Four environment variables steer it, all set by `cargo xtask test`:
//! - `TOWNHALL_TEST_PG`: the address of a running PostgreSQL whose user may create databases;
//!   without it the testkit starts one and shares it, see [`postgres`];
//! - `TOWNHALL_REQUIRE_TOOLS=1`: a missing tool (PostgreSQL, strace, …) fails the test instead of
//!   skipping it, so that a green run on a build machine means that everything ran;
//! - `TOWNHALL_S3_PYTHON`: the Python that has moto, for [`bucket`];
//! - `TOWNHALL_BIN`: the binary under test for [`process`], else the one beside the tests.

#[cfg(feature = "site")]
pub mod authenticator;
pub mod bucket;
pub mod certificate;
pub mod databases;
pub mod foreign;
pub mod http;
pub mod mail;
pub mod places;
#[cfg(feature = "site")]
pub mod portal;
pub mod postgres;
pub mod process;
#[cfg(feature = "site")]
pub mod provider;
#[cfg(feature = "site")]
pub mod site;
pub mod strace;
pub mod tools;

#[cfg(feature = "site")]
pub use authenticator::Authenticator;
pub use databases::{Databases, databases};
pub use places::{Place, places};
#[cfg(feature = "site")]
pub use site::{Client, Reply, Site};
pub use tools::temp_dir;
