# Hengdai 衡贷. `make` alone lists the targets; each one sets up what it needs.
# Needed beforehand: Python 3.11, 3.12 or 3.13, make, and a package index (or a mirror of one, see pip.conf).

.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?=
BOOK ?=
MAP ?=
PORT ?= 8000
ROOM ?= 1200
WORKERS ?= 2

BIN := .venv/bin
READY := .venv/.ready
PYTEST := $(BIN)/python -m pytest

.PHONY: help run test check test-slow bench docs format lock clean environment spark

help: ## 列出这些目标 · list these targets
	@echo "衡贷 Hengdai"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile
	@echo "  变量 variables: BOOK=文件 MAP=lendingclub PORT=8000 PYTHON=python3.12"

run: $(READY) ## 回放一本贷款账簿并打开控制台 · replay a loan book (BOOK=, MAP=), then serve the console
	@$(BIN)/hengdai run $(if $(BOOK),--book '$(BOOK)') $(if $(MAP),--map '$(MAP)') --port '$(PORT)'

test: check ## 持续集成的全部检查 · everything that CI checks: `check`, then the tests
	@$(PYTEST) -n $(WORKERS) --dist loadgroup

check: $(READY) ## 格式、规范、类型、分层（无话即通过） · format, lint, types, layers; silent when all is well
	@$(BIN)/ruff format --check --quiet --output-format concise . || { echo "格式不符，请运行 make format · run make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/python -m tools.layers

test-slow: $(READY) ## 慢速检查：整平台仿真、断电重启、真实账簿 · the slow tests, none begun after ROOM= seconds
	@$(PYTEST) -m slow -n $(WORKERS) --dist loadgroup -p tools.room --room $(ROOM)

bench: $(READY) ## 打印性能数字 · print the figures of benchmarks/
	@$(BIN)/python -m benchmarks

docs: $(READY) ## 核对文档并打印规模报告 · test the documents, print the size report
	@$(BIN)/python -m tools.decisions
	@$(PYTEST) -q tests/docs tests/architecture/test_languages.py tests/architecture/test_names.py
	@$(BIN)/python -m tools.size_report

format: $(READY) ## 整理代码格式 · format the code
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

lock: $(READY) ## 重新锁定依赖 · resolve the dependencies again into requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	  pyproject.toml --group dev -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	  --group spark --constraints requirements.lock -o requirements-spark.lock

spark: $(READY) ## 加装 pyspark（约 400 MB，另需 Java 17） · add pyspark for its slow tests and benchmark
	@sh tools/environment.sh '$(PYTHON)' requirements-spark.lock

environment: $(READY) ## 仅准备环境 · set up the environment only
	@:

clean: ## 删除环境与缓存（不动贷款账簿数据） · remove the environment and caches, never a book's data
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	@find src tests tools benchmarks -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

$(READY): requirements.lock pyproject.toml tools/environment.sh
	@sh tools/environment.sh '$(PYTHON)'
	@touch $(READY)
