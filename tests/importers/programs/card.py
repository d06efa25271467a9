"""Write a card as huggingface_hub does, into the folder that the first argument names."""

import sys

from huggingface_hub import EvalResult, ModelCard, ModelCardData

data = ModelCardData(
    model_name="acme/detector",
    base_model="acme/encoder",
    datasets=["acme/claims"],
    license="apache-2.0",
    tags=["fraud"],
    base_model_relation="finetune",
    eval_results=[
        EvalResult(
            task_type="text-classification",
            dataset_type="acme/claims",
            dataset_name="Claims",
            metric_type="f1",
            metric_value=0.91,
        )
    ],
)
ModelCard(f"---\n{data.to_yaml()}\n---\n# Detector\n").save(f"{sys.argv[1]}/README.md")
