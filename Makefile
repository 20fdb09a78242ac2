# `make` alone prints what there is. Go, git and make are all that it needs:
# everything else is built from Go modules, once, into the user's cache.

MODULE  := github.com/kubectl-sts/kubectl-sts
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  ?= $(shell git rev-parse --verify --quiet HEAD)

# No C library in the plugin: the same static binary wherever it was built.
GO_BUILD_ENV := CGO_ENABLED=0
GO_BUILD_FLAGS := -trimpath -ldflags "-s -w -X $(MODULE)/pkg/cli.version=$(VERSION) -X $(MODULE)/pkg/cli.commit=$(COMMIT)"

## SANDBOX: the name of the sandbox's cluster
SANDBOX ?= sts

## KUBE_VERSION: the Kubernetes of the sandbox and of make e2e, such as 1.35.4; empty is the sandbox's own choice
KUBE_VERSION ?=
KUBE_FLAG     = $(if $(KUBE_VERSION),--version $(KUBE_VERSION))

## KUBE_VERSIONS: the Kubernetes versions of make compat
KUBE_VERSIONS ?= 1.37.2 1.36.3 1.35.4 1.34.4

## RUN: the tests to run in make e2e, such as TestScripts/canary; empty is all
RUN ?=

## E2E_ARGS: more flags for go test in make e2e, such as -v
E2E_ARGS ?=

## N: how often make soak-test runs the suite
N ?= 10

## LANES: how many suites make soak-test runs side by side
LANES ?= 1

## SOAK_ARGS: more flags for make soak-test, such as -busy 0 where something else keeps the processors busy
SOAK_ARGS ?=

## REAL_RUN: the scripts to run in make real, such as redis_update or mariadb_; empty is all
REAL_RUN ?=

## REAL_FAST: the scripts that make real-fast runs, a few of all
REAL_FAST ?= (redis_(bad|update|faults|recreate|replace)|etcd_update)$$

## BENCH_ARGS: flags for make bench, such as -write docs/performance.md
BENCH_ARGS ?=

## SEEDS: how many schedules make faults plays
SEEDS ?= 100

## FIRST: the first seed of make faults
FIRST ?= 1

## FAULTS_ARGS: more flags for make faults, such as -lanes 4 or -schedule dist/faults/seed-7.schedule.json
FAULTS_ARGS ?=

## FUZZTIME: how long make fuzz runs each target
FUZZTIME ?= 1m

## FUZZ: the targets to run in make fuzz, such as operation.FuzzSteps; empty is all
FUZZ ?=

## JOBS: how many targets make fuzz runs at the same time
JOBS ?= 1

## RACE: set to 1 to run the unit tests with the race detector, which needs a C compiler
RACE ?=

# The linters live outside the clone, under a name that changes with their
# versions and with Go's, so that every clone shares one build of them.
TOOLS_KEY := $(shell { cat tools/go.mod tools/go.sum; go env GOVERSION; } | git hash-object --stdin | cut -c 1-12)
TOOLS     := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kubectl-sts/tools/$(TOOLS_KEY)

# goreleaser is no tool of that module: with it, its go.mod would have several
# hundred more requirements, which would also decide on the linters' versions.
# go install builds it from its own go.mod instead, checked by Go's checksum
# database as everything else.
GORELEASER_VERSION := v2.16.0
GORELEASER ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kubectl-sts/tools/goreleaser-$(GORELEASER_VERSION)-$(shell go env GOVERSION)/goreleaser

GOLANGCI_LINT := $(TOOLS)/golangci-lint
GOFUMPT       := $(TOOLS)/gofumpt

# What renders pictures comes from npm, checked by its lockfile, and lies beside
# the linters. Only make pictures needs it, and asciinema, tmux and npm.
PICTURES       := test/pictures
PICTURES_KEY   := $(shell cat $(PICTURES)/package.json $(PICTURES)/package-lock.json | git hash-object --stdin | cut -c 1-12)
PICTURES_TOOLS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kubectl-sts/tools/pictures-$(PICTURES_KEY)

.DEFAULT_GOAL := help

# Two suites at once would mix their output and fight for the sandbox's build.
.NOTPARALLEL:

.PHONY: help
help: ## Show this help
	@echo 'Usage: make TARGET [VARIABLE=value]'
	@echo
	@echo 'Targets:'
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo 'Variables:'
	@awk -F ': ' '/^## [A-Z0-9_]+: / { printf "  %-16s %s\n", substr($$1, 4), $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build the plugin: bin/kubectl-sts
	$(GO_BUILD_ENV) go build $(GO_BUILD_FLAGS) -o bin/kubectl-sts ./cmd/kubectl-sts

.PHONY: install
install: ## Install the plugin where go install puts programs, with its completion for kubectl
	$(GO_BUILD_ENV) go install $(GO_BUILD_FLAGS) ./cmd/kubectl-sts
	@bin=$$(go env GOBIN) && bin=$${bin:-$$(go env GOPATH | cut -d: -f1)/bin} && \
		install -m 755 pkg/cmd/completion/kubectl_complete-sts "$$bin/" && \
		case ":$$PATH:" in \
			*":$$bin:"*) echo "kubectl sts is ready: $$bin/kubectl-sts" ;; \
			*) echo "kubectl finds it once $$bin is in PATH: export PATH=\"\$$PATH:$$bin\"" ;; \
		esac

.PHONY: test
test: unit sandbox-unit prometheus-unit real-unit e2e faults-fixed ## Run every test; the first run builds Kubernetes, about ten minutes

.PHONY: unit
unit: ## Run the tests that need no cluster
	go test $(if $(RACE),-race) -timeout 60m ./pkg/... ./cmd/... ./test/apiproxy/... ./test/arch/... ./test/auditlog/... ./test/compat/... ./test/controlplane/... ./test/docs/... ./test/faults/... ./test/fuzz/... ./test/kinds/... ./test/krew/... ./test/pictures/... ./test/program/... ./test/readme/... ./test/soak/...

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME
	go run ./test/fuzz -time $(FUZZTIME) -jobs $(JOBS) $(if $(FUZZ),-run '$(FUZZ)')

.PHONY: sandbox-unit
sandbox-unit: ## Run the sandbox's own tests
	go test -C test/sandbox ./...

.PHONY: prometheus-unit
prometheus-unit: ## Run the tests of the Prometheus of the scripts; the first run builds it, a minute or two
	go test -C test/prometheus ./...

.PHONY: e2e
e2e: build ## Run the plugin's scripts against a real control plane
	go run -C test/sandbox . build $(KUBE_FLAG)
	KUBE_VERSION=$(KUBE_VERSION) go test -count=1 -timeout 90m $(if $(RUN),-run '$(RUN)') ./test/e2e/... $(E2E_ARGS)

.PHONY: faults
faults: ## Play SEEDS seeded schedules of commands and faults against a real control plane
	go run -C test/sandbox . build $(KUBE_FLAG)
	KUBE_VERSION=$(KUBE_VERSION) go run ./test/faults -first $(FIRST) -seeds $(SEEDS) $(FAULTS_ARGS)

.PHONY: faults-fixed
faults-fixed: ## Play 40 fixed schedules, and see that a plugin that is broken on purpose is caught
	go run -C test/sandbox . build $(KUBE_FLAG)
	KUBE_VERSION=$(KUBE_VERSION) go run ./test/faults -prove -first 1 -seeds 40

.PHONY: compat
compat: build ## Run the scripts against each of KUBE_VERSIONS and write the table of docs/compatibility.md
	go run ./test/compat $(KUBE_VERSIONS)

.PHONY: real-unit
real-unit: ## Run the real node's own tests that need no node
	all=$$(go list -C test/node ./...) && go test -C test/node $$(echo "$$all" | grep -v /proof$$)

.PHONY: real
real: build bin/node ## Run the plugin on a real kubelet with real databases (root, Linux) and write docs/proof.md
	bin/node build
	go test -C test/node ./proof -count=1 -timeout 0 $(if $(REAL_RUN),-run 'TestScripts/$(REAL_RUN)') -table $(CURDIR)/docs/proof.md -v

.PHONY: real-fast
real-fast: build bin/node ## Run a few of the scripts of make real, and write nothing
	bin/node build
	go test -C test/node ./proof -count=1 -timeout 0 -run 'TestScripts/$(REAL_FAST)' -v

.PHONY: real-up
real-up: bin/node ## Start a real node on this machine (root, Linux) and print its kubeconfig's path
	@bin/node up

.PHONY: real-down
real-down: bin/node ## Stop that node and remove it
	@bin/node down

# Not by go run, which makes 1 of every exit code. 2 says that there can be no node here.
.PHONY: bin/node
bin/node:
	@go build -C test/node -o $(CURDIR)/bin/node .

.PHONY: soak-test
soak-test: ## Run the plugin's scripts N times with every processor busy, and say which ever failed
	go run ./test/soak -n $(N) -lanes $(LANES) $(if $(RUN),-run '$(RUN)') $(SOAK_ARGS)

.PHONY: lint
lint: $(TOOLS)/built ## Check style, common mistakes and go.mod
	$(GOLANGCI_LINT) run ./...
	cd test/sandbox && $(GOLANGCI_LINT) run ./...
	cd test/prometheus && $(GOLANGCI_LINT) run ./...
	cd test/node && $(GOLANGCI_LINT) run ./...
	@echo '$(GOFUMPT) -l .'
	@files=$$($(GOFUMPT) -l .) && [ -z "$$files" ] || { echo "not formatted (make fmt does it):" $$files >&2; exit 1; }
	go vet ./...
	go vet -C test/sandbox ./...
	go vet -C test/prometheus ./...
	go vet -C test/node ./...
	@# The systems that this one is not: their files must at least compile.
	GOOS=windows go vet ./cmd/... ./pkg/...
	GOOS=darwin go vet ./cmd/... ./pkg/...
	go mod tidy -diff
	go mod tidy -C test/sandbox -diff
	go mod tidy -C test/prometheus -diff
	go mod tidy -C test/node -diff
	go mod tidy -C tools -diff

.PHONY: fmt
fmt: $(TOOLS)/built ## Format the code as make lint wants it
	$(GOLANGCI_LINT) fmt
	$(GOFUMPT) -w .

.PHONY: sandbox
sandbox: ## Start a real control plane on this machine and print its kubeconfig's path
	@go run -C test/sandbox . up --name $(SANDBOX) $(KUBE_FLAG)

.PHONY: sandbox-down
sandbox-down: ## Stop that control plane and remove it
	@go run -C test/sandbox . down --name $(SANDBOX)

.PHONY: demo
demo: build ## Show a canary, a bad image and the way back, on the sandbox
	test/demo/demo.sh

.PHONY: bench
bench: build ## Measure the plugin on the sandbox
	go run ./test/bench $(BENCH_ARGS)

.PHONY: release-snapshot
release-snapshot: $(GORELEASER) ## Build the six archives of a release into dist/, without publishing anything
	$(GORELEASER) release --snapshot --clean --skip=sbom,sign

.PHONY: release
release: $(GORELEASER) ## Build, sign and draft the release of the tag that is checked out: docs/releasing.md
	$(GORELEASER) release --clean

.PHONY: krew
krew: dist/metadata.json ## Render dist/sts.yaml from the archives in dist/, and check krew-index's rules
	go run ./test/krew

.PHONY: krew-release
krew-release: ## Render plugins/sts.yaml, for krew users, from a release's archives in dist/
	go run ./test/krew -release -out plugins/sts.yaml

.PHONY: docs
docs: ## Write the generated pages of docs/ again
	go run ./test/docs

.PHONY: pictures
pictures: build $(PICTURES_TOOLS)/built ## Record docs/pictures again, of real runs on a sandbox
	@set -e; for scene in $(PICTURES)/scenes/*.sh; do \
		scene=$$(basename "$$scene" .sh); \
		echo "$(PICTURES)/record.sh $$scene"; \
		$(PICTURES)/record.sh $(PICTURES_TOOLS)/node_modules/.bin/svg-term "$$scene" "docs/pictures/$$scene.svg"; \
	done

.PHONY: verify
verify: docs ## Check that what is generated or resolved is committed
	git diff --exit-code -- docs
	@new=$$(git ls-files --others --exclude-standard -- docs) && [ -z "$$new" ] || { echo "not committed:" $$new >&2; exit 1; }
	go mod tidy -diff
	go mod tidy -C test/sandbox -diff
	go mod tidy -C test/prometheus -diff
	go mod tidy -C test/node -diff
	go mod tidy -C tools -diff
	go mod tidy -C test/sandbox/kube -diff
	@# Against the empty tree, so that it looks at every line and not only at the last change.
	git diff --check "$$(git hash-object -t tree /dev/null)"

.PHONY: clean
clean: ## Remove bin/ and dist/; what is cached for all clones stays
	rm -rf bin dist

# Built aside and then moved in, so that an interrupted build or a second clone
# building at the same time leaves no half-written program behind.
$(TOOLS)/built:
	@echo 'Building golangci-lint and gofumpt, once: about a minute and a half on two cores.' >&2
	@mkdir -p $(TOOLS)
	@new=$$(mktemp -d $(TOOLS)/new.XXXXXX) && \
		go build -C tools -trimpath -ldflags '-s -w' -o "$$new/" tool && \
		mv -f "$$new"/* $(TOOLS)/ && \
		rmdir "$$new"
	@touch $@

$(PICTURES_TOOLS)/built:
	@command -v npm >/dev/null || { echo 'make pictures needs npm, asciinema and tmux' >&2; exit 1; }
	@mkdir -p $(PICTURES_TOOLS)
	cp $(PICTURES)/package.json $(PICTURES)/package-lock.json $(PICTURES)/.npmrc $(PICTURES_TOOLS)
	npm --prefix $(PICTURES_TOOLS) ci --ignore-scripts --no-audit --no-fund
	@touch $@

dist/metadata.json:
	$(MAKE) release-snapshot

$(GORELEASER):
	@echo 'Building goreleaser, once: about five minutes on two cores.' >&2
	GOBIN=$(@D) go install github.com/goreleaser/goreleaser/v2@$(GORELEASER_VERSION)
