"""Write a store of ML Metadata: a small pipeline, as Kubeflow Pipelines names its parts."""

import sys

from ml_metadata import metadata_store
from ml_metadata.proto import metadata_store_pb2 as pb

config = pb.ConnectionConfig()
config.sqlite.filename_uri = sys.argv[1]
store = metadata_store.MetadataStore(config)
TEXT, FLOAT, WHOLE = pb.STRING, pb.DOUBLE, pb.INT

dataset = store.put_artifact_type(pb.ArtifactType(name="system.Dataset", properties={"rows": WHOLE}))
model = store.put_artifact_type(pb.ArtifactType(name="system.Model", properties={"display_name": TEXT}))
trainer = store.put_execution_type(
    pb.ExecutionType(name="system.ContainerExecution", properties={"display_name": TEXT})
)
pipeline = store.put_context_type(pb.ContextType(name="system.Pipeline"))
pipeline_run = store.put_context_type(pb.ContextType(name="system.PipelineRun"))


def text(value: str) -> pb.Value:
    return pb.Value(string_value=value)


def step(name: str, inputs: list[pb.Artifact], outputs: list[pb.Artifact], contexts: list[pb.Context]) -> list[int]:
    execution = pb.Execution(
        type_id=trainer,
        last_known_state=pb.Execution.COMPLETE,
        properties={"display_name": text(name)},
        custom_properties={"input:lr": pb.Value(double_value=0.1), "input:epochs": text("3")},
    )
    pairs = [(each, pb.Event(type=pb.Event.INPUT)) for each in inputs]
    pairs += [(each, pb.Event(type=pb.Event.OUTPUT)) for each in outputs]
    _, artifact_ids, _ = store.put_execution(execution, pairs, contexts)
    return artifact_ids


contexts = [pb.Context(type_id=pipeline, name="fraud"), pb.Context(type_id=pipeline_run, name="fraud-run-1")]
for context, context_id in zip(contexts, store.put_contexts(contexts), strict=True):
    context.id = context_id
raw = pb.Artifact(
    type_id=dataset,
    uri="s3://lake/raw.csv",
    name="raw",
    state=pb.Artifact.LIVE,
    properties={"rows": pb.Value(int_value=9)},
)
detector = pb.Artifact(
    type_id=model,
    uri="s3://models/1",
    properties={"display_name": text("detector")},
    custom_properties={"auc": pb.Value(double_value=0.93), "span": pb.Value(int_value=4)},
)
ids = step("train", [raw], [detector], contexts)
raw.id, detector.id = ids
step("evaluate", [detector], [], contexts)
# Rewrites what it reads.
step("tidy", [raw], [raw], contexts)
step("nothing", [], [], contexts)
