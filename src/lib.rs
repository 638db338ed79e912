//! apportion: what each AWS account under one payer really cost.
//!
//! Analysts write SQL models, seeds, tests and settings; this crate compiles them, runs them over the Cost and Usage
//! Report, checks the results and publishes them. No rule of the allocation is written here.
//!
//! # Floors
//!
//! Imports only ever go down.
//!
//! | floor | module | what it does |
//! |---|---|---|
//! | 7 | [`cli`] | reads what is typed, prints what is said; one file for each subcommand |
//! | 6 | [`commands`] | one module for each thing a user asks for; they do not import each other |
//! | 5 | [`planned_run`] | a compiled project on an engine, planned and checked for one billing period |
//! | 5 | [`readers`] | how other engines find what is published |
//! | 4 | [`compile`] | project to Jinja to SQL to graph; opens no file and no engine |
//! | 4 | [`engine`] | plans SQL with DataFusion, and runs it there or on Athena; has never heard of a model |
//! | 4 | [`events`] | what others are told of a month, at least once |
//! | 3 | [`cur`] | the Cost and Usage Report: deliveries, manifests, where files have columns, also as SQL |
//! | 3 | [`mail`] | letters, Amazon SES that takes them, and what it tells of them later |
//! | 3 | [`organizations`] | AWS Organizations, which knows accounts by their names |
//! | 3 | [`publish`] | what readers see: runs, leases, the instant of publication, history; objects, no SQL |
//! | 2 | [`storage`] | folders and buckets, retries, uploads; bytes |
//! | 2 | [`statements`] | the paper that a customer gets, of rows that tables have: pages, sheets, mails |
//! | 2 | [`pages`] | pages that people look at: what a project is made of, how a cost came about |
//! | 2 | [`postgres`] | PostgreSQL servers, of which seeds are read, and which are given results |
//! | 1 | [`project`] | the analysts' files as plain structs |
//! | 1 | [`sample`] | makes reports up; knows nothing of the runner |
//! | 0 | [`common`] | errors, periods, types, settings; no I/O |
//!
//! # The life of a run
//!
//! 1. [`project::Project::load`] reads every file and reports all load errors together.
//! 2. [`planned_run::Workspace::open`] settles target, places, settings and limits.
//! 3. [`planned_run::PlannedRun::ready`] compiles the project for a period, makes the report and the seeds known to a
//!    planner and an executor, plans every model, and checks contracts, sums and required columns. Nothing has run yet.
//! 4. [`commands::run`] has the executor run models and tests as soon as what they wait for has ended well. Tables are
//!    written to a folder of the run's own.
//! 5. When all is well, [`publish::Lease`] publishes all tables of the period in one instant; else nothing published has changed.
//!
//! # What always holds
//!
//! - A failed run leaves every published table as it was.
//! - The same input gives the same files, byte for byte, whatever the number of threads or the cut of the source files;
//!   what Athena makes beyond `local_limit` has the same rows.
//! - Sums of decimals cannot wrap: what could is refused before it runs; casts and products are checked.
//! - Exit codes: 0 yes, 1 no (a test failed), 2 could not answer, 75 not now, 130 and 143 stopped.

pub mod cli;
pub mod commands;
pub mod common;
pub mod compile;
pub mod cur;
pub mod engine;
pub mod events;
#[cfg(feature = "statements")]
pub mod mail;
pub mod organizations;
pub mod pages;
pub mod planned_run;
pub mod postgres;
pub mod project;
pub mod publish;
pub mod readers;
pub mod sample;
#[cfg(feature = "statements")]
pub mod statements;
pub mod storage;

#[cfg(test)]
mod testing;
