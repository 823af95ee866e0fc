//! The binary: arguments to exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    alembic_guard::cli::main()
}
