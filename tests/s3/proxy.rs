//! A proxy that lets requests through and spoils some: what networks and busy services do.
//!
//! HTTP/1.1, one thread for each connection. Answers keep their Content-Length, so that a client can tell a broken one.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use libtest_mimic::Failed;

use super::bucket::runtime;

/// How many answers all proxies have spoiled.
pub(crate) static INJECTED: AtomicUsize = AtomicUsize::new(0);

/// What can happen to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not let through; the answer has this status and code.
    Refused(u16, &'static str),
    /// It is let through, and the connection is reset in the middle of the answer.
    Reset,
    /// It is let through, and the connection ends in the middle of the answer.
    Truncated,
    /// It is not let through, and never answered.
    Stalled,
    /// It is let through, and the answer takes this long.
    Slow(Duration),
}

impl Fault {
    /// Whether the server does what was asked all the same.
    pub(crate) fn is_let_through(self) -> bool {
        matches!(self, Self::Reset | Self::Truncated | Self::Slow(_))
    }
}

/// A request that came by.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    /// The headers, as they were sent but in lower case.
    pub(crate) headers: String,
}

impl Request {
    /// What it is for, in a word.
    pub(crate) fn kind(&self) -> &'static str {
        let (method, has) = (self.method.as_str(), |part: &str| self.target.contains(part));
        match method {
            "GET" if has("list-type=2") => "list",
            "GET" | "HEAD" if has("/report/") => "read the report",
            "GET" | "HEAD" if has("/published_runs/") => "read what is published",
            "GET" | "HEAD" => "read",
            "POST" if has("?uploads") => "begin parts",
            "PUT" if self.headers.contains("x-amz-copy-source") => "copy",
            "PUT" if has("partNumber=") => "write a part",
            "POST" if has("uploadId=") => "complete parts",
            "DELETE" if has("uploadId=") => "give up parts",
            "PUT" if has("/claims/") => "claim",
            "PUT" if has("/published_runs/") => "publish",
            "PUT" => "write",
            _ => "remove",
        }
    }
}

type Decide = dyn Fn(&Request, usize) -> Option<Fault> + Send + Sync;

/// A proxy before a server, until it is dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    server: SocketAddr,
    decide: Mutex<Box<Decide>>,
    seen: Mutex<Vec<Request>>,
    spoiled: AtomicUsize,
}

impl Proxy {
    /// One before `server` that spoils nothing yet.
    pub(crate) fn before(server: SocketAddr) -> Result<Self, Failed> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server,
            decide: Mutex::new(Box::new(|_, _| None)),
            seen: Mutex::default(),
            spoiled: AtomicUsize::new(0),
        });
        let kept = Arc::downgrade(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let Some(shared) = kept.upgrade() else { return };
                if let Ok(client) = client {
                    // A client that goes away in the middle is none of the proxy's business.
                    std::thread::spawn(move || drop(serve(&shared, client)));
                }
            }
        });
        Ok(Self { address, shared })
    }

    /// Where clients find it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Spoils what `decide` says, from now on; it is told the request and how many of its kind came before.
    pub(crate) fn spoil(&self, decide: impl Fn(&Request, usize) -> Option<Fault> + Send + Sync + 'static) {
        *lock(&self.shared.decide) = Box::new(decide);
        lock(&self.shared.seen).clear();
        self.shared.spoiled.store(0, Ordering::Relaxed);
    }

    /// The requests since `spoil`.
    pub(crate) fn seen(&self) -> Vec<Request> {
        lock(&self.shared.seen).clone()
    }

    /// How many of them were spoiled.
    pub(crate) fn spoiled(&self) -> usize {
        self.shared.spoiled.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Has the listening thread look up, see that nobody needs it, and end.
        self.shared = Arc::new(Shared {
            server: self.shared.server,
            decide: Mutex::new(Box::new(|_, _| None)),
            seen: Mutex::default(),
            spoiled: AtomicUsize::new(0),
        });
        drop(TcpStream::connect(self.address));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A head, with its lines, and a body.
struct Message {
    first: String,
    headers: Vec<String>,
    body: Vec<u8>,
}

impl Message {
    /// The next message, if there is one; the answer to a HEAD has no body.
    fn read(from: &mut impl BufRead, has_body: bool) -> std::io::Result<Option<Self>> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if from.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let mut message = Self { first: lines.remove(0), headers: lines, body: Vec::new() };
        let length = message.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if message.header("transfer-encoding").is_some() {
            return Err(std::io::Error::new(ErrorKind::Unsupported, "a body without a length"));
        }
        message.body.resize(if has_body { length } else { 0 }, 0);
        from.read_exact(&mut message.body)?;
        Ok(Some(message))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.headers.iter().filter_map(|line| line.split_once(':'));
        pairs.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The head with another `Connection`.
    fn head(&self, connection: &str) -> String {
        let kept = self.headers.iter().filter(|line| !line.to_lowercase().starts_with("connection:"));
        let kept: String = kept.map(|line| format!("{line}\r\n")).collect();
        format!("{}\r\n{kept}Connection: {connection}\r\n\r\n", self.first)
    }
}

fn serve(shared: &Shared, mut client: TcpStream) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    let mut from = BufReader::new(client.try_clone()?);
    while let Some(message) = Message::read(&mut from, true)? {
        let mut words = message.first.split(' ').map(str::to_owned);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let request = Request { method, target, headers: message.headers.join("\n").to_lowercase() };
        let earlier = {
            let mut seen = lock(&shared.seen);
            let earlier = seen.iter().filter(|other| other.kind() == request.kind()).count();
            seen.push(request.clone());
            earlier
        };
        let fault = lock(&shared.decide)(&request, earlier);
        if fault.is_some() {
            shared.spoiled.fetch_add(1, Ordering::Relaxed);
            INJECTED.fetch_add(1, Ordering::Relaxed);
        }
        match fault {
            Some(Fault::Refused(status, code)) => client.write_all(refusal(&request, status, code).as_bytes())?,
            Some(Fault::Stalled) => {
                client.set_read_timeout(Some(Duration::from_secs(30)))?;
                let _ = client.read(&mut [0]);
                return Ok(());
            }
            _ => {
                let answer = forward(shared.server, &message, request.method != "HEAD")?;
                if !pass(client.try_clone()?, &answer, fault)? {
                    return if fault == Some(Fault::Reset) { reset(client) } else { Ok(()) };
                }
            }
        }
    }
    Ok(())
}

fn refusal(request: &Request, status: u16, code: &str) -> String {
    let body = match request.method.as_str() {
        "HEAD" => String::new(),
        _ => format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>as the tests wish</Message></Error>"),
    };
    let length = body.len();
    format!("HTTP/1.1 {status} {code}\r\nContent-Type: application/xml\r\nContent-Length: {length}\r\n\r\n{body}")
}

fn forward(server: SocketAddr, message: &Message, has_body: bool) -> std::io::Result<Message> {
    let mut stream = TcpStream::connect(server)?;
    stream.write_all(&[message.head("close").as_bytes(), &message.body].concat())?;
    let answer = Message::read(&mut BufReader::new(stream), has_body)?;
    answer.ok_or_else(|| std::io::Error::new(ErrorKind::UnexpectedEof, "the server does not answer"))
}

/// Gives the answer on; `false` if the connection is to end.
fn pass(mut client: TcpStream, answer: &Message, fault: Option<Fault>) -> std::io::Result<bool> {
    let head = answer.head("keep-alive");
    match fault {
        Some(Fault::Reset | Fault::Truncated) => {
            // An answer without a body breaks off in its head.
            let whole = [head.as_bytes(), &answer.body].concat();
            let end = if answer.body.is_empty() { head.len() / 2 } else { head.len() + answer.body.len() / 2 };
            client.write_all(&whole[..end])?;
            Ok(false)
        }
        Some(Fault::Slow(time)) => {
            client.write_all(head.as_bytes())?;
            for part in answer.body.chunks(answer.body.len().div_ceil(10).max(1)) {
                std::thread::sleep(time / 10);
                client.write_all(part)?;
            }
            Ok(true)
        }
        _ => client.write_all(&[head.as_bytes(), &answer.body].concat()).map(|()| true),
    }
}

/// Ends the connection with a reset instead of an end.
fn reset(client: TcpStream) -> std::io::Result<()> {
    let Ok(runtime) = runtime() else { return Ok(()) };
    let _inside = runtime.enter();
    client.set_nonblocking(true)?;
    tokio::net::TcpStream::from_std(client)?.set_zero_linger()
}

/// How many requests of each kind there were.
pub(crate) fn kinds(requests: &[Request]) -> BTreeMap<&'static str, usize> {
    let mut kinds = BTreeMap::new();
    for request in requests {
        *kinds.entry(request.kind()).or_default() += 1;
    }
    kinds
}
