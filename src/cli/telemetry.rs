//! Traces and metrics of a run over OTLP, for whoever watches it: on where `OTEL_EXPORTER_OTLP_ENDPOINT` is set.
//!
//! Nothing of it decides how a run ends: what cannot be sent is said, and the run goes on.

use std::collections::BTreeMap;
use std::env;
use std::error::Error as StdError;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::Utc;
use http::{Request, Response};
use opentelemetry::trace::TracerProvider;
use opentelemetry::{KeyValue, global};
use opentelemetry_http::{Bytes, HttpClient, HttpError};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

use super::print::Printer;
use crate::commands::run::{Idle, PeriodReport};
use crate::common::error::{Error, Result};
use crate::common::version::VERSION;
use crate::storage::causes;

/// Where it is sent to. What else OpenTelemetry has variables for is read by its own crates.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// What switches all of it off.
const DISABLED: &str = "OTEL_SDK_DISABLED";
/// How long a collector may take for one request, and for all that is left at the end.
const REQUEST: Duration = Duration::from_secs(3);
const END: Duration = Duration::from_secs(5);
/// Whose spans are sent, and whose metrics these are.
const NAME: &str = "apportion";

/// What sends traces and metrics.
pub(super) struct Telemetry {
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
    collector: Collector,
}

impl Telemetry {
    /// Sends from the runtime of `handle`, if the environment says where to.
    ///
    /// # Errors
    /// When what the environment says cannot be done.
    pub(super) fn open(handle: &Handle) -> Result<Option<Self>> {
        let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        if set(ENDPOINT).is_none() || set(DISABLED).is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Ok(None);
        }
        let client = reqwest::Client::builder().timeout(REQUEST).build();
        let client = client.map_err(|error| unfit(&error))?;
        let collector = Collector { client, handle: handle.clone(), failures: Arc::default() };
        let spans = SpanExporter::builder().with_http().with_http_client(collector.clone());
        let measures = MetricExporter::builder().with_http().with_http_client(collector.clone());
        let mut resource = Resource::builder().with_attribute(KeyValue::new("service.version", VERSION));
        if set("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name(NAME);
        }
        let resource = resource.build();
        let traces = SdkTracerProvider::builder()
            .with_batch_exporter(spans.build().map_err(|error| unfit(&error))?)
            .with_resource(resource.clone())
            .build();
        let metrics = SdkMeterProvider::builder()
            .with_periodic_exporter(measures.build().map_err(|error| unfit(&error))?)
            .with_resource(resource)
            .build();
        global::set_meter_provider(metrics.clone());
        Ok(Some(Self { traces, metrics, collector }))
    }

    /// What takes the spans of this crate; those of libraries are of no use to whoever watches a run.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let is_own = |metadata: &Metadata<'_>| metadata.is_span() && metadata.target().starts_with(NAME);
        tracing_opentelemetry::layer()
            .with_tracer(self.traces.tracer(NAME))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(is_own))
    }

    /// Sends what has not been sent, for a few seconds at most.
    pub(super) async fn end(self, printer: &Printer) {
        let Self { traces, metrics, collector } = self;
        let left = async {
            let traces = tokio::task::spawn_blocking(move || traces.shutdown_with_timeout(END));
            let metrics = tokio::task::spawn_blocking(move || metrics.shutdown_with_timeout(END));
            (traces.await, metrics.await)
        };
        let ended = matches!(tokio::time::timeout(END, left).await, Ok((Ok(Ok(())), Ok(Ok(())))));
        let failures = collector.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(why) = failures.values().next().map(String::as_str).or((!ended).then_some("it does not answer")) {
            let place = env::var(ENDPOINT).unwrap_or_default();
            printer.warn(&format!("traces and metrics of this run are not all at {place}: {why}"));
        }
    }
}

fn unfit(cause: &dyn StdError) -> Error {
    Error::environment("nothing can be sent to the collector").caused_by(&causes(cause))
}

/// Measures what came of each month of a `command`; heard by nobody where nothing is sent.
pub(super) fn measure(command: &str, target: &str, reports: &[PeriodReport]) {
    let meter = global::meter(NAME);
    let seconds = meter.f64_histogram("apportion.month.duration").with_unit("s");
    let seconds = seconds.with_description("How long a month took").with_boundaries(DURATIONS.to_vec()).build();
    let rows = meter.u64_counter("apportion.month.rows").with_unit("{row}");
    let rows = rows.with_description("Rows that a month was written with").build();
    let age = meter.f64_gauge("apportion.delivery.age").with_unit("s");
    let age = age.with_description("Since when AWS has written nothing new of a month").build();
    for report in reports {
        let period = KeyValue::new("apportion.billing_period", report.period.to_string());
        let of_run = [
            KeyValue::new("apportion.command", command.to_owned()),
            KeyValue::new("apportion.target", target.to_owned()),
            KeyValue::new("apportion.outcome", outcome(report)),
            period.clone(),
        ];
        seconds.record(report.seconds, &of_run);
        rows.add(report.rows(), &of_run);
        if let Some(delivered) = report.delivered_at {
            age.record((Utc::now() - delivered).as_seconds_f64(), &[period]);
        }
    }
}

/// Durations that are told apart, in seconds.
const DURATIONS: [f64; 12] = [1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 3_600.0, 7_200.0, 14_400.0];

/// What came of a month, in a word.
fn outcome(report: &PeriodReport) -> &'static str {
    let is_bad = report.error.is_some() || report.outcomes.iter().any(|outcome| outcome.status.is_bad());
    match &report.idle {
        Some(Idle::Failed { .. }) => "failed",
        Some(_) => "idle",
        None if report.published > 0 => "published",
        None if is_bad => "failed",
        None => "passed",
    }
}

/// Sends requests from a runtime, as those who ask for it have none.
#[derive(Debug, Clone)]
struct Collector {
    client: reqwest::Client,
    handle: Handle,
    /// Why the last request to a path came to nothing.
    failures: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Collector {
    async fn send(client: reqwest::Client, request: Request<Bytes>) -> reqwest::Result<Response<Bytes>> {
        let mut answer = client.execute(request.try_into()?).await?;
        let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
        let mut response = Response::new(answer.bytes().await?);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let path = request.uri().path().to_owned();
        let sent = self.handle.spawn(Self::send(self.client.clone(), request)).await?;
        let failure = match &sent {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("it answers {}", response.status())),
            Err(error) => Some(causes(error)),
        };
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        match failure {
            Some(why) => drop(failures.insert(path, why)),
            None => drop(failures.remove(&path)),
        }
        drop(failures);
        Ok(sent?)
    }
}
