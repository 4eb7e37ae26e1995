# `make run` and `make test` are all that one has to know; `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

WITH_POSTGRES := target/debug/with-postgres

.PHONY: help run test faults bench peers docs prerequisites

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: prerequisites ## Build and serve on http://127.0.0.1:8080, with a demo on the first start
	cargo build --release --locked --package ledgerdesk-api
	@exec ./target/release/ledgerdesk serve --demo

test: prerequisites ## Formatting, lints and every test; says how many tests ran
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	cargo test --workspace --locked --no-run
	cargo build --workspace --bins --locked
	@scripts/count-tests $(WITH_POSTGRES) cargo test --workspace --locked --no-fail-fast

faults: prerequisites ## The fault suite in its long form, with a new seed each time: some half an hour
	cargo build --workspace --bins --locked
	LEDGERDESK_TEST_FAULTS=long $(WITH_POSTGRES) cargo test --locked --package ledgerdesk-tests --test faults -- --nocapture

bench: prerequisites ## Measure, beside pgbench on the same server
	cargo build --release --locked --package ledgerdesk-api --package ledgerdesk-benches
	./target/release/ledgerdesk-bench

peers: prerequisites ## Measure other event stores at the same work; fetches them from crates.io, npm and PyPI
	@benches/peers/fetch
	cargo build --release --locked --package ledgerdesk-api --package ledgerdesk-benches
	./target/release/ledgerdesk-bench peers

docs: prerequisites ## Write the generated documents anew: configuration, events, the GraphQL schema
	cargo build --locked --package ledgerdesk-tests --bin with-postgres
	LEDGERDESK_WRITE_DOCS=1 $(WITH_POSTGRES) cargo test --workspace --locked --lib --test wire

prerequisites:
	@scripts/prerequisites
