//! Site, fakes, generators and a PostgreSQL of its own, for tests only.
