# `make` alone says what there is.

BIN := .venv/bin
PYTHON := $(BIN)/python
LOCALE := bot/ui/locale

.DEFAULT_GOAL := help
.PHONY: help run test check bench talk pictures walk soak lock messages

help: ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: ## Run the bot; without TELEGRAM_BOT_TOKEN, in its sandbox
	python3 dev.py run

test: ## Run all tests
	python3 dev.py test

check: $(PYTHON) ## Lint, types, architecture, and models against revisions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(PYTHON) -m mypy
	$(BIN)/lint-imports
	CARECIRCLE_DATA=$$(mktemp -d) DATABASE_URL= sh -c \
		'$(PYTHON) -m bot db upgrade && $(PYTHON) -m bot db check; code=$$?; rm -r "$$CARECIRCLE_DATA"; exit $$code'

bench: $(PYTHON) ## Measure against the same work by hand
	$(PYTHON) -m tests.benchmarks

talk: $(PYTHON) ## Perform a talk of a family (FILE=…), and show every phone after each line
	$(PYTHON) -m tests.talk $(FILE)

pictures: $(PYTHON) ## Retake the pictures of the docs, from the talks that lead to them
	for talk in tests/talk/pictures/*.talk; do \
		$(PYTHON) -m tests.talk $$talk --picture docs/images/$$(basename $$talk .talk).png || exit 1; done

walk: $(PYTHON) ## Press and type whatever is on the screens, by seeds (SEEDS=200 STEPS=200)
	$(PYTHON) -m tests.walk --seeds $(or $(SEEDS),20) --steps $(or $(STEPS),200)

soak: $(PYTHON) ## A day of 100,800 doses under faults (SEED=1 HOURS=24 FAMILIES=2100), then 10,000 races
	$(PYTHON) -m tests.soak --seed $(or $(SEED),1) --hours $(or $(HOURS),24) \
		--families $(or $(FAMILIES),2100)
	$(PYTHON) -m tests.soak.races

lock: ## Pin every dependency anew (needs uv: pip install uv)
	uv pip compile --quiet --universal --upgrade --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links \
		--output-file requirements.lock pyproject.toml
	uv pip compile --quiet --universal --upgrade --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links \
		--constraint requirements.lock --all-extras --output-file requirements-dev.lock pyproject.toml

messages: $(PYTHON) ## Collect what people read for translators, and compile what they wrote
	mkdir -p $(LOCALE)
	$(BIN)/pybabel -q extract --no-location --sort-output --project CareCircle \
		--version 1 --copyright-holder "CareCircle contributors" \
		--output $(LOCALE)/carecircle.pot bot
	for language in $(LOCALE)/*/; do [ ! -d "$$language" ] || \
		$(BIN)/pybabel -q update --ignore-obsolete --no-fuzzy-matching --domain carecircle \
			--input-file $(LOCALE)/carecircle.pot --output-dir $(LOCALE) \
			--locale "$$(basename "$$language")"; done
	if ls $(LOCALE)/*/LC_MESSAGES/*.po >/dev/null 2>&1; then \
		$(BIN)/pybabel -q compile --domain carecircle --directory $(LOCALE); fi

$(PYTHON): requirements-dev.lock pyproject.toml
	python3 dev.py setup
	@touch $@
