//! Database seam, rows, migrations, files.
