//! Typst templates to PDF, QR codes.
