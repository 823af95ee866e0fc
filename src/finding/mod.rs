//! Problems with a verdict: does the change cause them, and do they block?

mod blame;
mod report;

pub use blame::{
    AllowComments, Downgrade, Facts, Finding, Shared, Witness, blame, only_either_way, only_warn,
};
pub use report::{Base, EnvironmentSummary, Freshness, Outcome, RefReport, Report, SkipReason};
