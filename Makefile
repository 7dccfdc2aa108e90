# One word for each thing a person does here. Everything else is `dotnet` and `npm` underneath.
.PHONY: run household test check format interop soak fuzz bench links peers publish pack clean

CONFIGURATION ?= Debug
RUNS ?= 5
LINK_RUNS ?= 1

run: ## start this Mac's silo with the embedded defaults
	dotnet run --project Silo

household: ## three Macs and a front door of their own on this machine, over PostgreSQL and mutual TLS
	dotnet build Cli --nologo -v q
	deploy/household.sh artifacts/household

test: ## what the README's second command does
	dotnet test

check: ## the gates without the tests: warnings as errors, format, layers and shape
	dotnet build --nologo -v q
	dotnet format --no-restore --verify-no-changes --severity warn
	dotnet test --no-build --project tests/Architecture

format: ## rewrite the sources to the house format
	dotnet format --severity warn

interop: ## Chromium and libdatachannel against our peer
	dotnet test --project tests/Interop

soak: ## every long proof, whole (hours on two cores); PROJECTS names some of the test projects
	tests/soak $(PROJECTS)

fuzz: ## every parser under afl++ for FUZZ_SECONDS each (60)
	tests/Fuzz/fuzz

bench: ## the tables of docs/performance.md, in hours; PARTS names some of them, RUNS of each pair (5)
	RUNS=$(RUNS) tests/Benchmarks/bench $(PARTS)

links: peers ## our peer, libdatachannel and Chromium over emulated links, and beside TCP Reno (root on Linux; LINK_RUNS of each row (1))
	dotnet build -c Release --nologo -v q tests/Links
	failed=0; for table in "streams 2" "bulk 1" "open 2"; do node tests/Links/tables.mjs $$table $(LINK_RUNS) || failed=1; done; \
	  artifacts/bin/Links/release/QuicPair.Links rtt=50 rate=20 queue=50 secs=25 sharing && exit $$failed

peers: ## what drives the other makes, in artifacts/interop-peers
	dotnet build -c Release --nologo -v q tests/Interop
	cd artifacts/bin/Interop/release/peers && mkdir -p ../../../../interop-peers && cp * ../../../../interop-peers && cd ../../../../interop-peers && { [ -d node_modules ] || npm ci --no-audit --no-fund; }

publish: ## `quicpair` as one file that needs no .NET, for each platform, in artifacts/publish/Cli; the front door in …/SignalingApi
	for rid in linux-x64 linux-arm64 osx-arm64; do dotnet publish Cli -c Release -r $$rid -p:OneFile=true --nologo || exit 1; done
	for rid in linux-x64 linux-arm64; do dotnet publish SignalingApi -c Release -r $$rid -p:OneFile=front-door --nologo || exit 1; done

pack: ## the client library as NuGet packages in artifacts/package
	for project in Rtc Rtc.Sockets Noise Protocol Client; do dotnet pack $$project -c Release --nologo -v q || exit 1; done

clean:
	rm -rf artifacts
