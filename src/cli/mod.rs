//! The command line: clap types, and one file per command that dispatches and prints.

mod arguments;
mod post_checkout;
mod audit;
mod check;
mod ci;
mod completions;
mod config;
mod explain;
mod git_call;
mod graph;
mod help;
mod hook;
mod man;
mod merge;
mod program_name;
mod push;
mod rebase;
mod receive;
mod repair;
mod terminal;
mod supervisor;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::FromArgMatches;

use crate::advice::Step;
use crate::finding::Outcome;
use crate::git::Repository;
use crate::scope::{DeadlineMessage, Error, Role, RunOptions};
use crate::text::escape;
use crate::{advice, hook as hooks, report};

use arguments::{Arguments, Command, Format, Global};
use supervisor::Ended;
use terminal::Terminal;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let called_by_git = git_call::read(std::env::args_os().skip(1));
    let arguments = match called_by_git.map_or_else(parse, Ok) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    program_name::set(arguments.command.reader());
    let mut watched = arguments.clone();
    let ended = supervisor::over(move |deadline| {
        watched.global.deadline = deadline;
        let terminal = Terminal::new(&watched.global);
        let outcome = run(&watched, &terminal);
        outcome.unwrap_or_else(|failure| {
            if supervisor::is_given_up() {
                Outcome::Broken
            } else {
                failure.tell(&watched, &terminal)
            }
        })
    });
    let failure = match ended {
        Ended::Done(outcome) => return ExitCode::from(outcome.exit_code()),
        Ended::Late(limit) => Failure::Late(limit),
        Ended::CutOff(id) => Failure::CutOff(id),
        Ended::Broken => Failure::Defect,
    };
    let outcome = match &arguments.command {
        Command::Hook(hook) if hook.only_advises() => Outcome::Clean,
        _ => failure.tell(&arguments, &Terminal::new(&arguments.global)),
    };
    supervisor::leave(outcome.exit_code())
}

fn parse() -> Result<Arguments, clap::Error> {
    let matches = help::command(program_name::for_help()).try_get_matches()?;
    Arguments::from_arg_matches(&matches)
}

fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().ansi().to_string();
    // A closed pipe is no failure; there is nobody left to tell.
    let _ = if error.use_stderr() {
        write!(anstream::stderr(), "{text}")
    } else {
        write!(anstream::stdout(), "{text}")
    };
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn run(arguments: &Arguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let global = &arguments.global;
    match &arguments.command {
        Command::Explain(explain) => explain::run(explain, global.format, terminal),
        Command::Check(check) => {
            Session::open(global)?.run(|session| check::run(check, session, terminal))
        }
        Command::Hook(hook) => hook::run(hook, global, terminal),
        Command::Heads(graph) => {
            Session::open(global)?.run(|session| graph::heads(graph, session, terminal))
        }
        Command::Graph(graph) => {
            Session::open(global)?.run(|session| graph::graph(graph, session, terminal))
        }
        Command::Rebase(rebase) => {
            Session::open(global)?.run(|session| rebase::run(rebase, session, terminal))
        }
        Command::Merge(merge) => {
            Session::open(global)?.run(|session| merge::run(merge, session, terminal))
        }
        Command::Audit(history) => {
            // A user who asks for a whole history knows that it takes time, and sees the progress.
            let global = Global { deadline: global.deadline.of_steps(), ..global.clone() };
            Session::open(&global)?.run(|session| audit::run(history, session, terminal))
        }
        Command::Completions(completions) => Ok(completions::run(completions, terminal)),
        Command::Man(man) => man::run(man, terminal),
        Command::Config(config) => {
            Session::open(global)?.run(|session| config::run(config, session, terminal))
        }
    }
}

/// A repository and the settings from the command line.
struct Session {
    repository: Repository,
    options: RunOptions,
    format: Format,
    terminal: Terminal,
}

impl Session {
    /// Runs a command. Afterwards stores the cache and, if verbose, lists the questions that git answered
    /// instead of libgit2.
    fn run(
        self,
        command: impl FnOnce(&Session) -> Result<Outcome, Failure>,
    ) -> Result<Outcome, Failure> {
        let outcome = command(&self);
        self.repository.cache().keep();
        if self.terminal.is_verbose() {
            for refused in self.repository.asked_of_git() {
                self.terminal
                    .warn(&format!("alembic-guard: used git instead of libgit2: {refused}\n"));
            }
        }
        outcome
    }

    fn open(global: &Global) -> Result<Session, Failure> {
        let mut session = Session::forgetful(global)?;
        if !global.no_cache {
            session.repository.remember();
        }
        Ok(session)
    }

    /// Opens a repository without the cache of earlier runs.
    fn forgetful(global: &Global) -> Result<Session, Failure> {
        let index = absolute_index();
        let config = global.config.as_ref().map(read_config).transpose()?;
        if let Some(directory) = &global.directory {
            std::env::set_current_dir(directory)
                .map_err(|source| Failure::Directory { path: directory.clone(), source })?;
        }
        let repository = Repository::open(index.as_deref()).map_err(Error::from)?;
        let up = way_up(&repository).unwrap_or_default();
        let deadline = global.deadline.clone();
        deadline.tell(DeadlineMessage::Objects(repository.object_folders()));
        let options = RunOptions {
            config,
            role: Role::Clone,
            deadline,
            in_ci: ci::is_here(),
            pushed_branch: ci::pushed_branch(),
            proposed_branch: ci::proposed_branch(),
            up,
        };
        let (format, terminal) = (global.format, Terminal::new(global));
        Ok(Session { repository, options, format, terminal })
    }

    /// Opens the repository that a server hook runs for: the environment of the pushing user is ignored,
    /// and the repository's git configuration may name a configuration file. Nothing is written there.
    fn open_served(global: &Global) -> Result<Session, Failure> {
        let mut session = Session::forgetful(global)?;
        let options = &mut session.options;
        options.role = Role::Server;
        options.in_ci = false;
        options.pushed_branch = None;
        options.proposed_branch = None;
        if options.config.is_none()
            && let Some(path) = session.repository.own_path("alembic-guard.config")?
        {
            options.config = Some(read_config(&path)?);
        }
        Ok(session)
    }

    fn context(&self) -> crate::scope::Context<'_> {
        crate::scope::Context::new(&self.repository, self.options.clone())
    }
}

/// Returns the path from the current folder up to the top of the work tree.
fn way_up(repository: &Repository) -> Option<String> {
    let top = repository.work_dir()?.canonicalize().ok()?;
    let here = std::env::current_dir().ok()?.canonicalize().ok()?;
    let below = here.strip_prefix(top).ok()?;
    Some("../".repeat(below.components().count()))
}

/// Returns the index that git passes, as an absolute path: git's is relative to where it started the hook.
fn absolute_index() -> Option<PathBuf> {
    let index = std::env::var_os("GIT_INDEX_FILE").filter(|index| !index.is_empty())?;
    std::path::absolute(index).ok()
}

fn read_config(path: &PathBuf) -> Result<(String, Vec<u8>), Failure> {
    let source =
        std::fs::read(path).map_err(|source| Failure::ReadConfig { path: path.clone(), source })?;
    Ok((path.display().to_string(), source))
}

/// A reason why a command failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Judge(#[from] Error),
    #[error(transparent)]
    Hook(#[from] hooks::Error),
    #[error(transparent)]
    Repair(#[from] crate::repair::Error),
    #[error("cannot change to directory `{}`", path.display())]
    Directory { path: PathBuf, source: std::io::Error },
    #[error("cannot read the configuration `{}`", path.display())]
    ReadConfig { path: PathBuf, source: std::io::Error },
    #[error("cannot read standard input")]
    Stdin(#[source] std::io::Error),
    #[error("cannot find the path of this program")]
    Binary(#[source] std::io::Error),
    #[error("it took longer than {}", humantime::format_duration(*.0))]
    Late(Duration),
    #[error("object {0} is damaged: its file is truncated")]
    CutOff(String),
    #[error("internal error")]
    Defect,
    #[error("cannot write to `{}`", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("`{}` already exists", path.display())]
    Exists { path: PathBuf },
    #[error("unknown rule `{}`", escape(name))]
    UnknownRule { name: String, near: Vec<&'static str> },
    #[error("cannot write JSON")]
    Json(#[from] serde_json::Error),
}

impl From<crate::git::Error> for Failure {
    fn from(error: crate::git::Error) -> Failure {
        Failure::Judge(error.into())
    }
}

impl From<crate::tree::Error> for Failure {
    fn from(error: crate::tree::Error) -> Failure {
        Failure::Judge(error.into())
    }
}

impl Failure {
    fn help(&self) -> Vec<Step> {
        match self {
            Failure::Judge(error) => error.help(),
            Failure::Hook(error) => error.help(),
            Failure::Repair(error) => error.help(),
            Failure::Late(_) => {
                vec![Step::write(
                    "raise `time_limit` in .alembic-guard.toml",
                    "time_limit = \"5min\"",
                )]
            }
            Failure::CutOff(_) => {
                let fsck = advice::Command::of("git fsck");
                vec![Step::run("list all damaged objects, then fetch or clone again", fsck)]
            }
            Failure::Defect => {
                vec!["report the message above and the command".into()]
            }
            Failure::UnknownRule { near, .. } => {
                let near: Vec<String> = near.iter().map(|near| format!("`{near}`")).collect();
                let meant = format!("did you mean {}?", near.join(" or "));
                if near.is_empty() { Vec::new() } else { vec![Step::note(meant)] }
            }
            Failure::Directory { .. }
            | Failure::ReadConfig { .. }
            | Failure::Stdin(_)
            | Failure::Binary(_)
            | Failure::Write { .. }
            | Failure::Exists { .. }
            | Failure::Json(_) => Vec::new(),
        }
    }

    /// Reports on standard error, and in JSON on standard output too, why the command failed.
    fn tell(&self, arguments: &Arguments, terminal: &Terminal) -> Outcome {
        let mut help = self.help();
        help.extend(way_around(&arguments.command));
        if arguments.global.format == Format::Json {
            let broken = report::json::broken(self, &help);
            terminal.print(&report::json::to_string(&broken).unwrap_or_default());
        }
        let style = terminal.error_style();
        if let Failure::Judge(Error::Config(bad)) = self {
            let mistakes = bad.invalid.mistakes.iter().map(|mistake| report::text::MistakeText {
                message: mistake.message.clone(),
                span: mistake.span.clone(),
                help: mistake
                    .nearest
                    .as_ref()
                    .map(|near| Step::note(format!("did you mean `{near}`?"))),
            });
            let mistakes: Vec<report::text::MistakeText> = mistakes.collect();
            let path = bad.invalid.path.to_string();
            terminal.warn(&report::text::config_problems(&path, &bad.source, &mistakes, &style));
        }
        let is_verdict = arguments.command.judges() && !matches!(self, Failure::Repair(_));
        let text = if is_verdict { report::text::broken } else { report::text::failed };
        terminal.warn(&text(self, &help, &style));
        Outcome::Broken
    }
}

/// Returns how to bypass a hook whose check failed to run.
fn way_around(command: &Command) -> Option<Step> {
    match command {
        Command::Hook(arguments::HookCommand::PrePush { .. }) => {
            Some("add `--no-verify` to push anyway".into())
        }
        Command::Hook(
            arguments::HookCommand::PreCommit | arguments::HookCommand::PreMergeCommit,
        ) => Some(Step::run("commit anyway", advice::Command::of("git commit --no-verify"))),
        Command::Hook(arguments::HookCommand::Hosted) => {
            Some("put `SKIP=alembic-guard` before the command to skip this check".into())
        }
        Command::Hook(arguments::HookCommand::Update { .. }) => Some(
            "fix this, or ask the server's administrator to remove the call from `hooks/update`"
                .into(),
        ),
        Command::Hook(arguments::HookCommand::PreReceive) => Some(Step::run(
            "fix this, or ask the server's administrator to remove the hook",
            advice::Command::of("alembic-guard hook uninstall"),
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
