//! Rules and types of two-tier local government: no IO, no clock, no SQL.
