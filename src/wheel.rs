//! The binary under its name in the wheel. `alembic-guard` on PyPI is another package.

use std::process::ExitCode;

fn main() -> ExitCode {
    alembic_guard::cli::main()
}
