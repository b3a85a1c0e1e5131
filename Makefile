SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help contract fuzz matrix setup demo up down status logs reset test verify check bench soak chaos hostile lock checker-mutations manifests manifests-check cluster-check image nightly tools alerts year stages profile lives logs-check pages

PYTHON ?= python3
RUN := .venv/bin/python
LOCAL := $(RUN) -m deploy.local $(if $(STATE),--state $(STATE))
PROOFS := tests/proofs
LOCKS := requirements/run.txt requirements/dev.txt requirements/local.txt
COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready ## make .venv from the hash-pinned locks (skipped when nothing changed)

.venv/ready: requirements/setup.txt $(LOCKS) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "setup: Python 3.11 or newer is needed; name it with make PYTHON=…" >&2; exit 1; }
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv \
		|| { echo "setup: this Python has no venv; install it (python3-venv on Debian)" >&2; exit 1; }
	@echo "setup: installing the locked packages into .venv"
	@test -x .venv/bin/uv && .venv/bin/uv --version | grep -qF "$$(sed -n 's/^uv==\([^ ]*\).*/\1/p' $<)" \
		|| $(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@VIRTUAL_ENV=.venv .venv/bin/uv pip sync --quiet --compile-bytecode --require-hashes requirements/setup.txt $(LOCKS)
	@VIRTUAL_ENV=.venv .venv/bin/uv pip install --quiet --offline --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## run requests of real agencies end to end [SEED=1] [KILL=routing,desk] [CHECK=1]
	@$(RUN) -m $(if $(CHECK),tests.proofs.demo,deploy.demo) $(if $(SEED),--seed $(SEED)) $(if $(KILL),--kill $(KILL))

up: setup ## start Kafka, Postgres, the services and the desk; print where everything is [PORT=19000] [BROKERS=3]
	@$(LOCAL) up $(if $(BROKERS),--brokers $(BROKERS)) $(if $(PORT),--port $(PORT))

down: setup ## stop everything that `make up` started
	@$(LOCAL) down

status: setup ## show each part's address, and whether it is ready
	@$(LOCAL) status

logs: setup ## follow the logs of the services, or of one part [SERVICE=routing]
	@$(LOCAL) logs $(SERVICE)

reset: setup ## stop everything and delete its data
	@$(LOCAL) reset

test: setup ## run all tests except the proofs, on a real Kafka and a real Postgres [WORKERS=1]
	@$(RUN) -m pytest --numprocesses=$(or $(WORKERS),$$(($$(getconf _NPROCESSORS_ONLN) + 1))) --maxprocesses=4 --dist=worksteal --ignore=$(PROOFS)

verify: setup ## run the proofs: demonstrations, chaos, drills, starts and crashes [WORKERS=1]
	@$(RUN) -m pytest --numprocesses=$(or $(WORKERS),2) --dist=loadfile $(PROOFS)

check: setup ## lint, format, types and import rules
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

bench: setup ## compare the present code, releases and a tutorial's code [ROUNDS=5] [RATES=20,50,100] [SECONDS=20] [REQUESTS=10000] [RELEASES=0.2.0,0.3.0] [DOCS=1] [HELD=1000000] [REPLICAS=2]
	@$(RUN) -m benchmarks $(foreach each,ROUNDS RATES SECONDS REQUESTS RELEASES HELD REPLICAS,$(if $($(each)),--$(shell echo $(each) | tr A-Z a-z) $($(each)))) $(if $(DOCS),--docs)

stages: setup ## count round trips, batches and fetches, idle and at each load [RATES=20,50,100] [SECONDS=20] [SILENT=180] [RELEASE=0.2.0]
	@$(RUN) -m benchmarks.stages $(if $(RATES),--rates $(RATES)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SILENT),--silent $(SILENT)) $(if $(RELEASE),--release $(RELEASE))

profile: setup ## measure processor time per request, by stage and service [RATE=100]
	@$(RUN) -m benchmarks.profiling $(if $(RATE),--rate $(RATE))

soak: setup ## check that memory stays flat under an hour of steady load [MINUTES=60] [RATE=20]
	@$(RUN) -m benchmarks.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(RATE),--rate $(RATE))

chaos: setup ## inject faults under load, and judge the run [PROFILE=smoke|ci|long|versions] [SEED=1] [MINUTES=2] [KINDS=kill,disk] [SCENARIO=rollout] [COUNT=50000]
	@$(if $(SCENARIO),$(RUN) -m tests.proofs.scenarios $(SCENARIO) $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(COUNT),--count $(COUNT)),$(RUN) -m tests.proofs.chaos $(if $(PROFILE),--profile $(PROFILE)) $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(KINDS),--kinds $(KINDS)))

hostile: setup ## attack intake as one participant, and the pages of both desks, beside a bystander that must not be harmed [SEED=1] [QUOTAS=on|off|both]
	@$(RUN) -m tests.proofs.hostile $(if $(SEED),--seed $(SEED)) $(if $(QUOTAS),--quotas $(QUOTAS))

year: setup ## play a business year of 1,500 requests in thirteen minutes, and judge it [SEED=1] [REQUESTS=1500]
	@$(RUN) -m tests.proofs.year $(if $(SEED),--seed $(SEED)) $(if $(REQUESTS),--requests $(REQUESTS))

pages: setup ## look at every page in Chromium at two widths, without script, by keyboard (needs `make tools FOR=pages`)
	@$(RUN) -m tests.proofs.pages

matrix: setup ## compare every principal's rights on Kafka with the table, asked and tried
	@$(RUN) -m tests.proofs.matrix

fuzz: setup ## send random records of every kind, in process and through a running intake [RECORDS=100000] [REAL=5000] [SEED=] [RECORD=file]
	@$(RUN) -m tests.proofs.fuzz $(if $(RECORDS),--records $(RECORDS)) $(if $(REAL),--real $(REAL)) $(if $(SEED),--seed $(SEED)) $(if $(RECORD),--record $(RECORD))

checker-mutations: setup ## mutate a recorded demonstration; the checker must notice every mutation [RECORDED=folder] [SEED=1]
	@$(if $(RECORDED),,$(RUN) -m tests.proofs.demo --state .local/checker)
	@$(RUN) -m tests.proofs.checker mutations $(or $(RECORDED),.local/checker/recorded) $(if $(SEED),--seed $(SEED))

contract: setup ## write the published contract, deploy/contract, and judge it [RELEASE=1]
	@$(RUN) -m deploy.contract_writer $(if $(RELEASE),release)
	@$(RUN) -m tests.proofs.contract

manifests: setup ## generate alert rules and dashboards, and Kubernetes' topics, users, rules and dashboards
	@$(RUN) -m deploy.monitoring.objectives
	@$(RUN) -m deploy.monitoring.missing
	@$(RUN) -m deploy.monitoring.dashboards
	@$(RUN) -m deploy.kubernetes.generate

manifests-check: setup ## render the Kubernetes manifests, and check them; with OVERLAY as it is, placeholders too [OVERLAY=production]
	@$(if $(OVERLAY),,$(RUN) -m pytest -q --no-header tests/proofs/manifests)
	@$(RUN) -m tests.proofs.manifests $(OVERLAY)

cluster-check: setup ## apply the manifests to a real kube-apiserver, roll them out, drain a node
	@$(RUN) -m tests.proofs.cluster

alerts: setup ## test the alert rules, firing and silent; with FAULTS=1 by real faults, too [FAULTS=1]
	@$(RUN) -m deploy.monitoring
	@$(if $(FAULTS),$(RUN) -m tests.proofs.alerts $(if $(FAULTS:1=),'$(FAULTS)'))

logs-check: setup ## compare the Loki queries of docs/logs.md with `continuum logs`, on the logs of `make alerts FAULTS=1` [LOGS=folder]
	@$(RUN) -m tests.proofs.logs $(LOGS)

image: setup ## build the image; containers of it carry one request end to end, and show the desk [BASE=name@digest]
	@$(RUN) -m tests.proofs.image

lives: setup ## compare routing's and intake's rows with the fold of their events, over 10,000 random lives [LIVES=10000]
	@LIVES=$(or $(LIVES),10000) $(RUN) -m pytest -q tests/unit/routing/test_projection.py tests/unit/intake/test_fold.py

nightly: setup ## run the checks too heavy for every change (needs `make tools`)
	@$(MAKE) --no-print-directory manifests-check cluster-check image lives pages
	@$(MAKE) --no-print-directory chaos PROFILE=versions
	@$(MAKE) --no-print-directory chaos SCENARIO=rollout
	@$(MAKE) --no-print-directory chaos SCENARIO=older-database
	@$(MAKE) --no-print-directory chaos SCENARIO=restored-beside
	@$(MAKE) --no-print-directory chaos SCENARIO=deleted-topic
	@$(MAKE) --no-print-directory chaos SCENARIO=outage
	@$(MAKE) --no-print-directory chaos SCENARIO=backlog
	@$(MAKE) --no-print-directory year
	@$(MAKE) --no-print-directory hostile
	@$(MAKE) --no-print-directory alerts FAULTS=1
	@$(MAKE) --no-print-directory logs-check

tools: setup ## install the non-Python tools that targets need, into .local/tools [FOR=manifests-check]
	@$(RUN) -m deploy.tools $(FOR)

lock: setup ## update the lock files [UPGRADE=1]
	@$(COMPILE) pyproject.toml -o requirements/run.txt
	@$(COMPILE) -c requirements/run.txt --group dev -o requirements/dev.txt
	@$(COMPILE) -c requirements/run.txt -c requirements/dev.txt --group local -o requirements/local.txt
	@$(COMPILE) --group setup -o requirements/setup.txt
	@$(COMPILE) --group tools -o requirements/tools.txt
