"""Import of Hugging Face cards: `README.md` of models and data sets, whose YAML head names what they were made from.

The keys are those of https://huggingface.co/docs/hub/model-cards and https://huggingface.co/docs/hub/datasets-cards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from catalog_graph.artifact import CatalogEntry
from catalog_graph.copies.records import LeftOut
from catalog_graph.errors import InvalidInput
from catalog_graph.integrations.reading import as_json, number_or_text, read_text, set_values, yaml_value
from catalog_graph.transfer.importing import Item, Lookup, Source

_HEAD = re.compile(r"\s*---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(\r?\n|\Z)", re.DOTALL)
_OF_DATASETS = frozenset(
    {"dataset_info", "configs", "task_categories", "size_categories", "annotations_creators", "source_datasets"}
)
"""Keys that only cards of data sets have."""
_KEPT = ("library_name", "pipeline_tag", "language", "license_name", "license_link", "task_categories", "pretty_name")


class Cards(Source):
    """Card files, or folders that hold a `README.md`, for `ArtifactCatalog.import_from`.

    A card says nothing of its own name: it is that of the Hub's cache (`models--ORG--NAME`), else `model_name` or the
    name in `model-index`, else the name of the folder. `name` sets it for a single card.
    """

    by = "import hf-card"

    def __init__(self, paths: Iterable[str | Path], name: str = "") -> None:
        self._paths = [path / "README.md" if path.is_dir() else path for path in map(Path, paths)]
        if name and len(self._paths) != 1:
            raise InvalidInput(f"name {name!r} is for one card, but there are {len(self._paths)}", field="name")
        self._name = name

    def items(self, lookup: Lookup) -> Iterator[Item]:
        """Yield the artifact of each card, behind those that it names."""
        for path in self._paths:
            match = _HEAD.match(read_text(path, "a card, such as README.md"))
            if match is None:
                yield LeftOut(str(path), "it has no YAML head between two lines of ---")
                continue
            try:
                head = as_json(yaml_value(match[1]))
            except ValueError as error:
                yield LeftOut(str(path), f"its YAML head is not valid: {error}")
                continue
            yield from self._card(path, head) if isinstance(head, dict) else [LeftOut(str(path), "its head is empty")]

    def _card(self, path: Path, head: Mapping[str, Any]) -> Iterator[Item]:
        in_cache = re.search(r"(models|datasets)--(.+?)/snapshots/([^/]+)/", path.absolute().as_posix())
        is_dataset = in_cache[1] == "datasets" if in_cache else not _OF_DATASETS.isdisjoint(head)
        results, strange = _results(head)
        yield from (LeftOut(f"{each} in {path}", "it is no object, or a metric without a type") for each in strange)
        name = self._name or (in_cache[2].replace("--", "/") if in_cache else "")
        named = (each.get("name") for each in _list(head.get("model-index")) if isinstance(each, dict))
        name = name or str(head.get("model_name") or next(filter(None, named), ""))
        own = _repository(name or path.absolute().parent.name, "Dataset" if is_dataset else "Model")
        parents = []
        for key, kind in (("base_model", "Model"), ("datasets", "Dataset"), ("source_datasets", "Dataset")):
            for reference in _list(head.get(key)):
                if key == "source_datasets" and reference in ("original", "extended"):
                    continue
                if isinstance(reference, dict | list):
                    yield LeftOut(f"{key} {reference} in {path}", "it is no name of a repository")
                    continue
                parent = _repository(str(reference), kind)
                if parent.artifact_id == own.artifact_id:
                    yield LeftOut(f"{key} {reference} in {path}", "the card names itself")
                else:
                    yield parent
                    parents.append(parent.artifact_id)
        tags = _list(head.get("tags"))
        yield from (LeftOut(f"tags {tag} in {path}", "it is no text") for tag in tags if isinstance(tag, dict | list))
        own.parent_ids = parents
        own.tags = {
            **{str(tag): True for tag in tags if not isinstance(tag, dict | list)},
            **set_values(license=head.get("license"), base_model_relation=head.get("base_model_relation")),
        }
        own.metadata = set_values(
            hugging_face={
                **{key: head[key] for key in _KEPT if key in head},
                **set_values(revision=in_cache[3] if in_cache else "", results=results),
            },
            metrics={each["metric"]: each["value"] for each in reversed(results)},
        )
        yield own


def _repository(name: str, artifact_type: str) -> CatalogEntry:
    """Return the entry of a repository on the Hub; a name without an owner may be a local one, and has no address."""
    place = f"datasets/{name}" if artifact_type == "Dataset" else name
    uri = f"https://huggingface.co/{place}" if re.fullmatch(r"[\w.-]+/[\w.-]+", name) else ""
    return CatalogEntry(artifact_id=f"hf:{place}", name=name, artifact_type=artifact_type, uri=uri)


def _results(head: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the metrics of a `model-index`, each with its task and its data set, and what cannot be read of it."""
    strange: list[str] = []

    def objects(part: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        values = _list(part.get(key))
        strange.extend(f"{key} {value}" for value in values if not isinstance(value, dict))
        return [value for value in values if isinstance(value, dict)]

    results = []
    for index in objects(head, "model-index"):
        for result in objects(index, "results"):
            task, dataset = (next(iter(objects(result, key)), {}) for key in ("task", "dataset"))
            for metric in objects(result, "metrics"):
                if not metric.get("type"):
                    strange.append(f"metrics {metric}")
                    continue
                value = metric.get("value")
                results.append(
                    {
                        "metric": str(metric.get("type")),
                        "value": number_or_text(value) if isinstance(value, str) else value,
                        **set_values(task=task.get("type"), dataset=dataset.get("type")),
                        **set_values(split=dataset.get("split"), config=dataset.get("config")),
                    }
                )
    return results, strange


def _list(value: Any) -> list[Any]:
    """Return a value that a card may write alone or as a list, as a list without what is empty."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if (each.strip() if isinstance(each, str) else each not in (None, {}, []))]
