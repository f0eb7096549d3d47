"""What `sam build` makes: for Lambda's Python and processor, with bytecode, within its limits."""

import ast
import itertools
import json
import os
import runpy
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import certifi
import pytest
from bench.layer import SIZE_BUDGET, packed_size
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError
from botocore.loaders import create_loader
from botocore.model import ServiceModel

from cloudformation import ROOT
from hotlist_cli import roots

EM_AARCH64 = 183
UNCHECKED_HASH = 0b01
CALLED = {
    "dynamodb": {
        "BatchExecuteStatement",
        "BatchGetItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "UpdateItem",
    },
    "sqs": {"ChangeMessageVisibility", "SendMessage", "SendMessageBatch"},
    "sesv2": {"SendEmail"},
    "lambda": {"GetEventSourceMapping"},
    "secretsmanager": {"GetSecretValue"},
    "s3": {"GetObject", "HeadObject"},
}
UNUSED = {"AccountIdEndpointMode": "preferred", "ResourceArn": "events"}
"""What botocore gives beside, on Lambda: a mode without an account, a table's name."""

LAYER_LIMIT = 250 * 1024 * 1024
BUILD_ALONE = ("pydantic", "pydantic_core", "ruamel", "certifi", "icalendar", "babel", "css_inline")


@pytest.fixture(scope="module")
def spaced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project in a folder whose path has spaces, with the tools that the build has made."""
    project = tmp_path_factory.mktemp("layer") / "a path with spaces" / "hotlist"
    for name in ("layers", "cli", "config", "requirements"):
        shutil.copytree(
            ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__", "local")
        )
    shutil.copy(ROOT / "Makefile", project)
    (project / ".build").mkdir()
    runpy.run_path(str(ROOT / "layers/common/build.py"))["_tools"]()
    (project / ".build/tools").symlink_to(ROOT / ".build/tools")
    return project


@pytest.fixture(scope="module")
def layer(spaced: Path) -> Path:
    """The layer as SAM has the makefile build it for Lambda, with an interpreter of such a path."""
    python = spaced / "python"
    python.symlink_to(sys.executable)
    out = spaced / "artifacts"
    subprocess.run(
        ["make", "-f", "layers/common/Makefile", "build-CommonLayer", f"ARTIFACTS_DIR={out}"],
        env={**os.environ, "HOTLIST_BUILDER": str(python)},
        cwd=spaced,
        check=True,
    )
    return out / "python"


def test_the_command_runs_from_a_path_with_spaces(spaced: Path) -> None:
    """What `make setup` writes as .venv/bin/hotlist, with a Python that says what it is given."""
    recipe = subprocess.run(
        ["make", "-n", "-B", ".venv/.done"], cwd=spaced, capture_output=True, text=True, check=True
    )
    lines = [line for line in recipe.stdout.splitlines() if line.endswith(".venv/bin/hotlist")]
    bin_ = spaced / ".venv/bin"
    bin_.mkdir(parents=True)
    (bin_ / "python").write_text('#!/bin/sh\nprintf "%s|" "$@"\n', "utf-8")
    (bin_ / "python").chmod(0o755)
    for line in lines:
        subprocess.run(line, shell=True, cwd=spaced, check=True)
    said = subprocess.run(
        [bin_ / "hotlist", "rules", "a b"], capture_output=True, text=True, check=True
    )
    assert said.stdout == "-P|-m|hotlist_cli|rules|a b|"


def test_compiled_modules_are_for_arm64(layer: Path) -> None:
    compiled = list(layer.rglob("*.so"))
    assert any("markupsafe" in str(path) for path in compiled)
    for path in compiled:
        header = path.read_bytes()[:20]
        assert header[:4] == b"\x7fELF"
        assert struct.unpack("<H", header[18:20]) == (EM_AARCH64,), path.name
        assert "cpython-313-aarch64" in path.name or "abi3" in path.name


@pytest.mark.skipif(
    runpy.run_path(str(ROOT / "layers/common/build.py"))["_python313"]() is None,
    reason="there is no Python 3.13 here to compile bytecode with",
)
def test_every_module_has_bytecode_that_is_never_checked(layer: Path) -> None:
    sources = [path for path in layer.rglob("*.py") if "__pycache__" not in path.parts]
    assert len(sources) > 300
    for source in sources:
        bytecode = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        assert bytecode.exists(), source
        (flags,) = struct.unpack("<I", bytecode.read_bytes()[4:8])
        assert flags == UNCHECKED_HASH, source


def test_the_layer_has_the_package_the_configuration_and_nothing_to_spare(layer: Path) -> None:
    assert (layer / "hotlist/mail/templates/mail.html").exists()
    assert not (layer / "hotlist/mail/looks").exists()
    written = {p.stem for p in (layer / "hotlist_config").glob("*.json")}
    assert written - {"shadow"} == {"forms", "sales", "scoring"}
    services = {p.name for p in (layer / "botocore/data").iterdir() if p.is_dir()}
    assert services == set(CALLED)
    assert [name for name in BUILD_ALONE if (layer / name).exists()] == []
    assert sum(path.stat().st_size for path in layer.rglob("*")) < LAYER_LIMIT / 4


def test_the_layer_is_at_most_8_megabytes_zipped(layer: Path) -> None:
    assert packed_size(layer) <= SIZE_BUDGET


def test_the_layer_has_amazons_roots_and_no_others(layer: Path) -> None:
    bundle = Path(certifi.where()).read_text("utf-8")
    assert (layer / "hotlist/runtime/amazon.pem").read_text("utf-8") == roots.amazons(bundle)


def test_a_module_imports_nothing_that_the_layer_does_not_have(layer: Path) -> None:
    """Elsewhere an import is found by chance: in the tests' environment, in the stand-in's."""
    here = {path.name.partition(".")[0] for path in layer.iterdir()}
    files = [*(layer / "hotlist").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    missing = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            for name in names:
                top, *inside = name.split(".")
                if top in sys.stdlib_module_names:
                    continue
                module = layer.joinpath(top, *inside)
                if top not in here or not (module.is_dir() or module.with_suffix(".py").exists()):
                    missing.add((file.name, name))
    # It reads YAML, and no function calls it.
    assert missing == {("ruleset.py", "hotlist.scoring.check.scoring_file")}


def test_a_wrong_file_fails_the_build_with_its_place(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests/config", tmp_path / "config")
    wrong = tmp_path / "config" / "scoring.yaml"
    wrong.write_text(wrong.read_text("utf-8").replace("hot: 60", "hto: 60", 1), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "hotlist_cli.config", tmp_path, "--config", tmp_path / "config"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(["layers/common", "cli"])},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "scoring.yaml:6:3: temperature.hto: there is no keyword 'hto' here" in done.stderr
    assert not (tmp_path / "hotlist_config").exists()


def test_the_layer_knows_every_call_that_the_code_makes(layer: Path) -> None:
    for service, wanted in CALLED.items():
        (model,) = (layer / "botocore/data" / service).glob("*/service-2.json")
        assert set(json.loads(model.read_text("utf-8"))["operations"]) == wanted


def test_botocore_reads_every_model_of_the_layer(layer: Path) -> None:
    for service in CALLED:
        (file,) = (layer / "botocore/data" / service).glob("*/service-2.json")
        model = ServiceModel(json.loads(file.read_text("utf-8")), service)
        whole = ServiceModel(create_loader().load_service_model(service, "service-2"), service)
        named = [[one.name for one in m.client_context_parameters] for m in (model, whole)]
        assert named[0] == named[1]
        for name in model.operation_names:
            assert model.operation_model(name).input_shape is not None


def test_endpoints_are_the_same_without_the_rules_that_never_apply() -> None:
    build = runpy.run_path(str(ROOT / "layers/common/build.py"))
    loader = create_loader()
    rules = loader.load_service_model("dynamodb", "endpoint-rule-set-1")
    partitions = loader.load_data("partitions")
    whole = EndpointProvider(rules, partitions)
    slim = EndpointProvider(
        build["without_parameters"](rules, build["ACCOUNT_PARAMETERS"]), partitions
    )
    regions = {region for one in partitions["partitions"] for region in one["regions"]}
    asked = 0
    for region, fips, dual in itertools.product({*regions, "local"}, (False, True), (False, True)):
        for url in ({}, {"Endpoint": "http://127.0.0.1:8000"}):
            given = {"Region": region, "UseFIPS": fips, "UseDualStack": dual, **url}
            assert _endpoint(slim, given) == _endpoint(whole, {**given, **UNUSED})
            asked += 1
    assert asked > 200


def _endpoint(provider: EndpointProvider, given: dict[str, Any]) -> object:
    try:
        return provider.resolve_endpoint(**given)
    except EndpointProviderError as error:
        return str(error)
