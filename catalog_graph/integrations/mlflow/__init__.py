"""MLflow: import of what a tracking server holds, and recording as it happens.

    from catalog_graph.integrations import mlflow

    catalog.import_from(mlflow.Tracking("sqlite:///mlflow.db"))
    mlflow.enable()

MLflow is the extra `mlflow`; it is imported where it is used. `docs/how-to/mlflow.md` has the rules.
"""

from catalog_graph.integrations.mlflow.recording import disable, enable, flush
from catalog_graph.integrations.mlflow.tracking import Tracking

__all__ = ["Tracking", "disable", "enable", "flush"]
