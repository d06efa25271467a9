"""Log to MLflow what the tests import: a training, a fine-tune, evaluations, a registry. Prints the ids as JSON."""

import json
import sys
import time

import mlflow
import pandas as pd
from mlflow.entities import LoggedModelInput

mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
ids = {}


class Detector(mlflow.pyfunc.PythonModel):
    def predict(self, model_input: list[float]) -> list[float]:
        return model_input


def dataset(name: str, value: float) -> mlflow.data.dataset.Dataset:
    frame = pd.DataFrame({"amount": [value, 2.0], "fraud": [0, 1]})
    return mlflow.data.from_pandas(frame, source=f"s3://lake/{name}.parquet", name=name, targets="fraud")


def log(name: str) -> str:
    info = mlflow.pyfunc.log_model(name=name, python_model=Detector(), pip_requirements=[])
    time.sleep(0.01)
    return info.model_id


mlflow.set_experiment("fraud")
raw, holdout = dataset("transactions", 1.0), dataset("holdout", 3.0)

with mlflow.start_run(run_name="train") as run:
    mlflow.set_tag("team", "payments")
    mlflow.log_params({"lr": 0.1, "optimizer": "adam"})
    mlflow.log_input(raw, context="training")
    mlflow.log_input(holdout, context="eval")
    ids["base"] = log("encoder")
    # Makes the model an input of the run that trains it.
    mlflow.log_metric("auc", 0.9, model_id=ids["base"], dataset=raw)
    ids["train"] = run.info.run_id

with mlflow.start_run(run_name="tune") as run:
    mlflow.log_input(raw, context="training")
    client.log_inputs(run.info.run_id, models=[LoggedModelInput(ids["base"])])
    ids["tuned"] = log("detector")
    mlflow.log_metric("auc", 0.95, model_id=ids["tuned"])
    mlflow.log_metric("worst", float("nan"))
    ids["tune"] = run.info.run_id

with mlflow.start_run(run_name="challenger") as run:
    mlflow.log_input(raw, context="training")
    ids["challenger"] = log("detector")
    # Compares itself with the older model, of which it is not made.
    mlflow.log_metric("auc", 0.94, model_id=ids["tuned"])
    mlflow.log_metric("auc", 0.93, model_id=ids["challenger"])

with mlflow.start_run(run_name="evaluate") as run:
    mlflow.log_input(holdout, context="eval")
    mlflow.log_metric("recall", 0.8, model_id=ids["tuned"], dataset=holdout)
    ids["evaluate"] = run.info.run_id

with mlflow.start_run(run_name="deleted") as run:
    mlflow.log_param("lr", 1)
    ids["deleted"] = run.info.run_id
client.delete_run(run.info.run_id)

# The earlier run goes on, and measures the model that was made from its own: edges of runs alone would be a circle.
with mlflow.start_run(run_id=ids["train"]):
    mlflow.log_metric("auc", 0.96, model_id=ids["tuned"])

client.create_registered_model("fraud-detector", tags={"tier": "1"}, description="Finds fraud.")
mlflow.register_model(f"models:/{ids['base']}", "fraud-detector")
mlflow.register_model(f"models:/{ids['tuned']}", "fraud-detector", tags={"approved": "yes"})
client.set_registered_model_alias("fraud-detector", "champion", "2")
client.copy_model_version("models:/fraud-detector/2", "fraud-production")
print(json.dumps(ids))
