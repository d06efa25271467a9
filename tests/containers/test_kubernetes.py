"""The manifests for Kubernetes: valid for Kubernetes itself, and in agreement with the program."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from catalog_graph.server.open_paths import OPEN_PATHS
from tests.containers.test_files import DOCKERFILE, SETTINGS
from tests.support.environments import python_of

MANIFEST = Path(__file__).parents[2] / "deploy" / "kubernetes.yaml"
MANIFESTS: dict[str, Any] = {each["kind"]: each for each in yaml.safe_load_all(MANIFEST.read_text(encoding="utf-8"))}
POD = MANIFESTS["Deployment"]["spec"]["template"]["spec"]
[CONTAINER] = POD["containers"]


@pytest.mark.timeout(300)
def test_kubernetes_takes_them() -> None:
    validate = python_of("tools").parent / "kubernetes-validate"
    done = subprocess.run([validate, "--strict", MANIFEST], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("passed") == len(MANIFESTS)


def test_every_variable_is_a_setting() -> None:
    assert {variable["name"] for variable in CONTAINER["env"]} <= SETTINGS.keys()


def test_probes_ask_paths_that_need_no_key() -> None:
    probes = [CONTAINER[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")]
    assert {probe["path"] for probe in probes} <= OPEN_PATHS
    [port] = CONTAINER["ports"]
    assert {probe["port"] for probe in probes} == {port["name"]}
    assert f"CATALOG_GRAPH_PORT={port['containerPort']}" in DOCKERFILE


def test_the_pod_has_few_rights() -> None:
    assert f"USER {POD['securityContext']['runAsUser']}" in DOCKERFILE
    assert POD["securityContext"]["runAsNonRoot"]
    assert not POD["automountServiceAccountToken"]
    own = CONTAINER["securityContext"]
    assert own["readOnlyRootFilesystem"]
    assert not own["allowPrivilegeEscalation"]
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert CONTAINER["resources"]["limits"]["memory"]


def test_selectors_choose_the_pod() -> None:
    labels = MANIFESTS["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert MANIFESTS["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert MANIFESTS["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert MANIFESTS["Service"]["spec"]["selector"] == labels
