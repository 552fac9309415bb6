//! A document's commands, run by one shell in a folder of their own, and what each block of them printed.

use super::block::Block;
use super::expected;
use std::fmt::Write as _;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// What documents say, and what stands there when their commands are run: ports that are free, since the usual ones may be
/// taken by something else. Every one of them must be in every document, so none can be forgotten here.
const ADDRESSES: [&str; 3] = ["127.0.0.1:7547", "127.0.0.1:3000", "127.0.0.1:7567"];

/// For the whole of a document, on a slow machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// A program that fails where the API refuses, keeps to this machine, and waits no longer than anybody would.
const CURL: &str = "fail-with-body\nnoproxy = \"*\"\nmax-time = 120\n";

/// What the shell does around the blocks: the first command that fails ends the story, and is told with the line of the
/// document, at which it stands in the file of its block too.
const RULES: &str = r#"set -eEuo pipefail
shopt -s inherit_errexit
trap 'status=$?; echo "$LINENO: \`$BASH_COMMAND\` ended with status $status" >> "$STORY/failed"' ERR
"#;

/// A block that was run.
#[derive(Debug)]
pub struct Told {
    /// What it printed, with the addresses of the document.
    pub output: String,
    /// How long it took.
    pub secs: f64,
}

/// A story that has not been told yet.
pub struct Story<'a> {
    document: &'a str,
    blocks: &'a [Block],
    addresses: Vec<(&'static str, String)>,
}

impl<'a> Story<'a> {
    /// A story with servers, at free ports.
    pub fn begin(document: &'a str, blocks: &'a [Block]) -> Story<'a> {
        // All at once, so that they differ.
        let listeners = ADDRESSES.map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"));
        let free = listeners.map(|listener| listener.local_addr().expect("bound").to_string());
        Story {
            document,
            blocks,
            addresses: ADDRESSES.into_iter().zip(free).collect(),
        }
    }

    /// A story that needs none.
    pub fn without_servers(document: &'a str, blocks: &'a [Block]) -> Story<'a> {
        Story {
            document,
            blocks,
            addresses: Vec::new(),
        }
    }

    /// Runs everything, as far as commands do not fail; tells what is not as it says.
    pub fn tell(self) -> Result<Vec<Told>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let run = folder.path();
        // What belongs to the test is beside the folder that commands find themselves in.
        for name in ["work", "home"] {
            std::fs::create_dir(run.join(name)).expect("a folder");
        }
        std::fs::write(run.join("home/.curlrc"), CURL).expect("a file");
        let script = self.script(run)?;
        let ended = shell(run, &script);
        let mut told = Vec::new();
        let mut wrong = Vec::new();
        for (number, block) in self.blocks.iter().enumerate() {
            if !block.is_run() {
                continue;
            }
            let Some(secs) = time(run, block) else {
                // Whatever the shell says of its end: nothing behind this was run.
                if ended.is_ok() {
                    let place = format!("{}:{}", self.document, block.line);
                    wrong.push(format!(
                        "{place}: the story was over before the end of this block"
                    ));
                }
                break;
            };
            let output = self.original(&read(run, &format!("{}.out", block.line)));
            if let Some(said) = self.blocks.get(number + 1).filter(|next| next.follows)
                && let Some(why) = expected::wrong(said, &output)
            {
                let place = format!("{}:{}", self.document, said.line);
                wrong.push(format!("{place}: {why}; they print:\n{output}"));
            }
            told.push(Told { output, secs });
        }
        if let Err(why) = ended {
            wrong.push(self.trouble(run, why));
        }
        match wrong.is_empty() {
            true => Ok(told),
            false => Err(wrong.join("\n")),
        }
    }

    /// One script that runs all blocks in one shell; each lies in a file in which its lines have the numbers they have in
    /// the document.
    fn script(&self, run: &Path) -> Result<String, String> {
        let mut script = RULES.to_owned();
        let mut unused = self.addresses.clone();
        for block in self.blocks.iter().filter(|block| block.is_run()) {
            let mut text = block.text.clone();
            for (usual, free) in &self.addresses {
                unused.retain(|(address, _)| !text.contains(address));
                text = text.replace(usual, free);
            }
            let line = block.line;
            let file = format!("{}{text}", "\n".repeat(line));
            std::fs::write(run.join(format!("{line}.sh")), file).expect("a file");
            let _ = write!(
                script,
                "echo $EPOCHREALTIME > $STORY/{line}.begun\n\
                 . $STORY/{line}.sh > $STORY/{line}.out 2> $STORY/{line}.err\n\
                 echo $EPOCHREALTIME > $STORY/{line}.ended\n"
            );
        }
        match unused.first() {
            Some((address, _)) => Err(format!("{}: nothing is at {address}", self.document)),
            None => Ok(script),
        }
    }

    /// An output with the addresses of the document.
    fn original(&self, output: &str) -> String {
        let mut output = output.to_owned();
        for (usual, free) in &self.addresses {
            output = output.replace(free, usual);
        }
        output
    }

    /// Where a story broke off, and what was printed there.
    fn trouble(&self, run: &Path, why: String) -> String {
        let last = self
            .blocks
            .iter()
            .rfind(|block| block.is_run() && run.join(format!("{}.begun", block.line)).exists());
        let Some(block) = last else {
            return format!("{}: {why}", self.document);
        };
        let line = block.line;
        let failed = read(run, "failed");
        let first = failed.lines().next();
        let place = first.map_or_else(|| format!("{line}: {why}"), str::to_owned);
        let mut text = format!("{}:{place}\n", self.document);
        let mut show = |name: &str| {
            let (all, most) = (read(run, name), 3000);
            let skip = all.chars().count().saturating_sub(most);
            let end: String = all.chars().skip(skip).collect();
            let _ = write!(text, "--- {name}\n{end}\n");
        };
        show(&format!("{line}.out"));
        show(&format!("{line}.err"));
        show("work/acs.log");
        show("work/fleet.log");
        self.original(&text)
    }
}

fn read(run: &Path, name: &str) -> String {
    let bytes = std::fs::read(run.join(name)).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How long a block took that has ended.
fn time(run: &Path, block: &Block) -> Option<f64> {
    let at = |what: &str| -> Option<f64> {
        let text = read(run, &format!("{}.{what}", block.line));
        text.trim().parse().ok()
    };
    Some(at("ended")? - at("begun")?)
}

/// Runs a script and ends everything it has begun.
fn shell(run: &Path, script: &str) -> Result<(), String> {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut bash = Command::new("bash");
    bash.arg("-c").arg(script).process_group(0);
    bash.current_dir(run.join("work")).env("STORY", run);
    for (name, _) in std::env::vars() {
        if name.starts_with("DIALTONE_") {
            bash.env_remove(name);
        }
    }
    bash.env("PATH", format!("{}:{path}", super::programs().display()))
        .env("HOME", run.join("home"))
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = bash.spawn().expect("there is a bash");
    let group = child.id();
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || sender.send(child.wait()));
    let status = ended.recv_timeout(PATIENCE);
    // Servers that a story has not stopped, and whatever else it has left behind.
    let mut kill = Command::new("kill");
    kill.args(["-s", "KILL", "--", &format!("-{group}")]);
    let _ = kill.stderr(Stdio::null()).status();
    match status {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("the shell ended: {status}")),
        Ok(Err(error)) => Err(format!("the shell was lost: {error}")),
        Err(_) => Err(format!("it is not over after {} s", PATIENCE.as_secs())),
    }
}
