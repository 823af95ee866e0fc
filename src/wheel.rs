//! The program as the wheel names it. PyPI's `alembic-guard` is another package.

use std::process::ExitCode;

fn main() -> ExitCode {
    alembic_guard::cli::main()
}
