# The two commands a newcomer needs: `make run` and `make demo`. `make test` runs every test.
VENV := .venv
BIN := $(VENV)/bin
DATA := $(or $(TRACKER_DATA_DIR),var)

.PHONY: run demo test lint browser bench messages lock clean

run: $(VENV)/.installed
	$(BIN)/python app.py

# A fictional region in the middle of an outage, on a database of its own.
demo: export TRACKER_DATA_DIR := $(DATA)/demo
demo: export TRACKER_DATABASE_URL :=
demo: $(VENV)/.installed
	if test -f "$(DATA)/demo/loaded"; then $(BIN)/flask demo accounts; else $(BIN)/flask demo load && touch "$(DATA)/demo/loaded"; fi
	$(BIN)/python app.py

test: $(VENV)/.tested browser lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

browser: $(VENV)/.tested
	.ci/chromium $(BIN)/python

bench: $(VENV)/.tested
	$(BIN)/python -m bench

# After changing a text: collect the texts, then translate what is new in the .po file and run this again.
messages: $(VENV)/.tested
	mkdir -p build
	$(BIN)/pybabel -q extract -F tracker/translations/babel.cfg -k _l -k lazy_text -k plural:1,2 --no-location --sort-output -o build/messages.pot .
	$(BIN)/pybabel -q update -i build/messages.pot -d tracker/translations --no-fuzzy-matching --ignore-obsolete -w 120
	$(BIN)/pybabel compile -d tracker/translations --statistics

# After changing the dependencies in pyproject.toml.
lock: $(VENV)/.tested
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --extra postgresql -o requirements.lock --no-annotate --no-header
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --extra postgresql --extra test -o requirements-test.lock --no-annotate --no-header

$(VENV)/.installed: requirements.lock
	.ci/environment $(VENV)
	$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	touch $@

$(VENV)/.tested: requirements-test.lock $(VENV)/.installed
	$(BIN)/python -m pip install -q --require-hashes -r requirements-test.lock
	touch $@

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis
