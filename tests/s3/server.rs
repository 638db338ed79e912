//! Servers that stand in for AWS: installed once below `target/servers`, started when the first trial needs one, and
//! gone when the tests end.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;

use crate::harness::{self, Outcome, words};

/// How long a server may take until it answers.
const START: Duration = Duration::from_secs(60);

/// Stands for the port in a server's arguments and variables.
const PORT: &str = "{port}";

static RUNNING: Mutex<Vec<Child>> = Mutex::new(Vec::new());
static PYTHON: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| install().map_err(words));
static S3: LazyLock<Result<SocketAddr, String>> = LazyLock::new(|| {
    let quiet = [("BIND_HOST", "127.0.0.1"), ("IOT_MTLS_ENABLED", "0"), ("SFTP_ENABLED", "0")];
    start("ministack", &[], &[&[("GATEWAY_PORT", PORT)], quiet.as_slice()].concat()).map_err(words)
});

/// The server of S3 that most trials use.
pub(crate) fn s3() -> Result<SocketAddr, Failed> {
    S3.clone().map_err(Failed::from)
}

/// A server that enforces policies once `free` requests have been answered.
pub(crate) fn with_policies(free: usize) -> Result<SocketAddr, Failed> {
    let free = free.to_string();
    start("moto.server", &["-H", "127.0.0.1", "-p", PORT], &[("INITIAL_NO_AUTH_ACTION_COUNT", &free)])
}

/// Ends all servers.
pub(crate) fn stop() {
    for mut server in RUNNING.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        drop(server.stdin.take());
        // It ends by itself as its input is closed; that it is gone already is as well.
        let _ = server.wait();
    }
}

/// Starts `module` on a free port.
fn start(module: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Result<SocketAddr, Failed> {
    let python = PYTHON.clone().map_err(Failed::from)?;
    let folder = harness::folder("server")?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let port = address.port().to_string();
    let log = folder.join("log");
    let mut server = Command::new(python)
        .arg(harness::repository().join("tests/s3/serve.py"))
        .arg(module)
        .args(arguments.iter().map(|argument| argument.replace(PORT, &port)))
        .envs(variables.iter().map(|(name, value)| (name, value.replace(PORT, &port))))
        .env("TMPDIR", &folder)
        .stdin(Stdio::piped())
        .stdout(File::create(&log)?)
        .stderr(File::options().append(true).open(&log)?)
        .spawn()?;
    let since = Instant::now();
    while TcpStream::connect(address).is_err() {
        if server.try_wait()?.is_some() || since.elapsed() > START {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            return Err(format!("`{module}` does not answer\n{said}").into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).push(server);
    Ok(address)
}

/// The Python that has the servers. They are installed once, and again when `requirements.txt` or Python changes.
fn install() -> Result<PathBuf, Failed> {
    let work = harness::repository().join("target/servers");
    std::fs::create_dir_all(&work)?;
    let (ready, venv) = (work.join("ready"), work.join("venv"));
    let lock = File::create(work.join("lock"))?;
    lock.lock()?;
    let requirements = harness::repository().join("tests/s3/requirements.txt");
    let version = run(Command::new("python3").arg("--version"))?;
    let wanted = format!("{version}{}", std::fs::read_to_string(&requirements)?);
    let python = venv.join("bin/python");
    if std::fs::read_to_string(&ready).is_ok_and(|there| there == wanted) {
        return Ok(python);
    }
    if venv.exists() {
        std::fs::remove_dir_all(&venv)?;
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    run(Command::new(&python).args(pip).arg(&requirements))?;
    std::fs::write(ready, wanted)?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<String, Failed> {
    let ran = command.stdin(Stdio::null()).output().map_err(|error| format!("cannot run {command:?}: {error}"))?;
    if !ran.status.success() {
        let said = String::from_utf8_lossy(&ran.stderr);
        return Err(format!("the servers for tests cannot be installed: {command:?} failed\n{said}").into());
    }
    Ok(String::from_utf8(ran.stdout)?)
}

/// Sends one request that nobody signs, and returns the answer's body.
pub(crate) fn ask(server: SocketAddr, head: &str, headers: &str, body: &str) -> Result<String, Failed> {
    let mut stream = TcpStream::connect(server)?;
    let length = body.len();
    write!(
        stream,
        "{head} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (status, text) = answer.split_once("\r\n\r\n").ok_or("an answer without an end of headers")?;
    if status.split(' ').nth(1).is_none_or(|code| !code.starts_with('2')) {
        return Err(format!("{head}: {answer}").into());
    }
    Ok(text.to_owned())
}

/// Makes an empty bucket.
pub(crate) fn make_bucket(server: SocketAddr, name: &str) -> Outcome {
    ask(server, &format!("PUT /{name}"), "", "").map(drop)
}
