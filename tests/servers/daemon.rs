//! `git daemon` on the loopback interface, ended with the test.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::servers::world::World;

/// How often a daemon is looked at before it is taken for one that does not start.
const LOOKS: u32 = 2_000;

pub(crate) struct Daemon {
    child: Child,
    port: u16,
}

impl Daemon {
    /// Serves the repositories of a world to every client, for pushes too.
    ///
    /// # Errors
    /// Says why where this git has no daemon.
    pub(crate) fn serve(world: &World) -> Result<Daemon, String> {
        let program = program(world)?;
        // Between looking for a free port and taking it, somebody else may have taken it.
        let mut attempts = (0..5).filter_map(|_| Daemon::start(world, &program));
        attempts.next().ok_or_else(|| "git daemon does not start".to_owned())
    }

    fn start(world: &World, program: &PathBuf) -> Option<Daemon> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        drop(listener);
        let base = world.path(".");
        let mut command: Command = world.at(".").command(program);
        command
            .args(["--listen=127.0.0.1", "--reuseaddr", "--export-all", "--enable=receive-pack"])
            .arg(format!("--port={port}"))
            .arg(format!("--base-path={}", base.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().expect("the daemon is a program");
        let mut daemon = Daemon { child, port };
        daemon.answers().then_some(daemon)
    }

    fn answers(&mut self) -> bool {
        for _ in 0..LOOKS {
            if self.child.try_wait().expect("it is a child").is_some() {
                return false;
            }
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return true;
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }

    pub(crate) fn url(&self, name: &str) -> String {
        format!("git://127.0.0.1:{}/{name}", self.port)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Finds the daemon itself: `git daemon` would be a parent of it that can be ended alone.
fn program(world: &World) -> Result<PathBuf, String> {
    let folder = world.at(".").git(&["--exec-path"]);
    let program = PathBuf::from(folder.trim()).join("git-daemon");
    match fs::exists(&program) {
        Ok(true) => Ok(program),
        Ok(false) | Err(_) => Err(format!("there is no {}", program.display())),
    }
}
