# Every command a developer or CI needs; `make help` lists them.

CARGO ?= cargo
BIN := target/debug/apportion
ROWS ?= 20000000
PAGE ?= docs/benchmarks.md
DRAWN := $(CURDIR)/target/athena/drawn
STACK ?= apportion
CLI := https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html

.DEFAULT_GOAL := help

# What `cargo clippy -- -D warnings` does, but as a build: libraries are then
# those of all other targets, and not read a second time.
CLIPPY = RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__

.PHONY: help run build test lint fmt deny advisories conformance views views-short trino trino-short athena athena-short athena-long events postgres telemetry statements sending explain pages pages-short focus focus-short bi aws-short aws deploy before-resolved bench clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build apportion, run the main job on the bundled sample, and make its statements
	$(CARGO) build --locked --bins
	$(BIN) build
	$(BIN) statements build

build: ## Compile apportion together with its tests, so that all targets share one build
	$(CARGO) build --locked --tests --bins

test: ## Run all tests: the runner's, and every model and data test over the sample
	$(CARGO) test --locked

lint: ## Check formatting, lints and documentation
	$(CARGO) fmt --check
	$(CLIPPY) $(CARGO) build --locked --tests --bins

fmt: ## Format the Rust sources
	$(CARGO) fmt

deny: ## Hold licences, versions and sources of all crates against deny.toml
	tests/deny/run.sh --locked check --hide-inclusion-graph bans licenses sources

advisories: ## Look all crates up among known weaknesses; needs GitHub, where their database is
	tests/deny/run.sh --locked check advisories

conformance: build ## Have dbt parse the project and Trino's grammar read its compiled models
	tests/conformance/run.sh $(BIN)

views: build ## Have DuckDB, Spark and dbt read what is published, by the views written for them
	tests/views/run.sh $(BIN)

views-short: build ## The same, without Spark
	tests/views/run.sh $(BIN) --short

trino: build ## Run unit tests on a real Trino, have it read reports of hostile values, and the views for readers
	tests/athena/run.sh $(BIN)

trino-short: build ## The same, under the newer rule for decimals alone
	tests/athena/run.sh $(BIN) --short

athena: build ## Run the job on a stand-in for Athena: whole months to the digit as on DataFusion, and every fault on the way
	tests/athena/engine.sh $(BIN)

athena-short: build ## The same, with one whole month
	tests/athena/engine.sh $(BIN) --short

athena-long: build ## The stand-in itself; and the job under all policies, over random months and further reports (REPORTS="folder[=2026-09] ..."), and a hundred kills
	tests/athena/api_check.sh
	rm -rf $(DRAWN)
	APPORTION_ORACLE_KEEP=$(DRAWN) $(CARGO) test --locked -- oracle::
	tests/athena/engine.sh $(BIN) --long --drawn $(DRAWN) $(if $(REPORTS),--reports $(REPORTS))

events: build ## Hold events against their schemas, with a bus that refuses and hangs, and runs that are killed
	tests/events/run.sh $(BIN)

postgres: build ## Read seeds from a PostgreSQL of the tests' own and export the sample to it; it refuses, hangs and lies
	tests/postgres/run.sh $(BIN)

telemetry: build ## Hold traces and metrics against what runs did, with a collector that is dead, refuses and hangs
	tests/telemetry/run.sh $(BIN)

statements: build ## Read the statements of the sample in every format, and hold them against the tables; send those of a dozen customers
	tests/statements/run.sh $(BIN)
	tests/statements/sending.sh $(BIN)

sending: build ## Send the statements of 85 customers through every fault, with 200 kills
	tests/statements/sending.sh $(BIN) --long

explain: build ## Explain every account, with every service, every customer, and a thousand lines of the sample (or of REPORTS="folder ...")
	tests/explain/run.sh $(BIN) $(REPORTS)

pages: build ## Have dbt read the artifacts and show them on its own page; look at our page and the diagram in a browser
	tests/pages/run.sh $(BIN)

pages-short: build ## Have dbt read the artifacts
	tests/pages/run.sh $(BIN) --short

focus: build ## Have both validators of FOCUS read the data sets of the sample; sums, examples of docs/focus.md, and spoiled values
	tests/focus/run.sh $(BIN)

focus-short: build ## The same for one customer, and nothing spoiled
	tests/focus/run.sh $(BIN) --short

bi: build ## Draw the dashboard in a Superset of its own, compare its charts with the published files, and have Trino run what they ask
	tests/bi/run.sh $(BIN)

aws-short: build ## Hold deploy/ to linters, every branch of the state machine, the least that the task may do, and an image that runs; accounts from an organization
	tests/aws/run.sh $(BIN)

aws: build ## Make the template in a stand-in for AWS and have it fire: manifests, SIGTERM, a broken report, the schedule
	tests/aws/whole_job.sh $(BIN)

deploy: ## Make or change the stack STACK in AWS (PARAMETERS="ReportBucket=... ReportPrefix=... ImageTag=..."): docs/deploy.md
	@command -v aws > /dev/null || { echo "deploy: install AWS's command line: $(CLI)" >&2; exit 2; }
	aws cloudformation deploy --stack-name $(STACK) --template-file deploy/apportion.yaml \
		--capabilities CAPABILITY_IAM --no-fail-on-empty-changeset $(if $(PARAMETERS),--parameter-overrides $(PARAMETERS))

before-resolved: views trino athena bi pages explain focus aws sending ## What takes too long for every submission: Spark; Trino under both rules; whole months on the stand-in for Athena; the dashboard and the pages; a thousand lines explained; data sets of FOCUS; the job in AWS; statements sent; kills of runs that tell events; a thousand in a folder, and as many in a bucket
	tests/events/run.sh $(BIN) --kills 200 --cases killed
	APPORTION_TALK=1 APPORTION_KILLS=1000 $(CARGO) test --locked -- random_instants

bench: ## Measure the main job beside dbt on DuckDB, for docs/benchmarks.md (ROWS=20000000; or growth, SIZES="...")
	$(CARGO) build --locked --release
	tests/bench/run.sh target/release/apportion $(if $(SIZES),--sizes $(SIZES),--rows $(ROWS) --page $(PAGE))
	python3 tests/bench/statements.py target/release/apportion . target/bench-statements
	python3 tests/bench/explain.py target/release/apportion . target/bench-explain $(ROWS)

clean: build ## Remove what runs left behind; published tables stay
	$(BIN) clean
